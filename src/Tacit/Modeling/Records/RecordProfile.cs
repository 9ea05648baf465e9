namespace Tacit.Modeling.Records;

/// <summary>What a model of records is made for.</summary>
public enum RecordProfile
{
    /// <summary>Small records: every context there is.</summary>
    Best,

    /// <summary>Speed: few contexts, one layer of mixing.</summary>
    Fast,
}
