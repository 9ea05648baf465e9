namespace Tacit.Tests.Support;

/// <summary>Writes the golden files of a new version, which the environment variable names; skipped otherwise.</summary>
public sealed class GoldenFactAttribute : FactAttribute
{
    public const string Variable = "TACIT_GOLDEN";

    public GoldenFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            Skip = $"writes files only if {Variable} names a new version";
    }
}
