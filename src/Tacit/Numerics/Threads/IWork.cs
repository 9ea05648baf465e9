namespace Tacit.Numerics;

/// <summary>Work in numbered parts that do not depend on each other, for a <see cref="WorkPool"/>.</summary>
public interface IWork
{
    /// <summary>Does one part. Called at most once for each number, on any thread, several at a time.</summary>
    /// <param name="part">From 0 to the number of parts − 1.</param>
    void Run(int part);
}
