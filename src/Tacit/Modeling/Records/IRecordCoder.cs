namespace Tacit.Modeling.Records;

/// <summary>Codes decisions: an encoder writes them, a decoder reads them, a teacher only looks on.</summary>
internal interface IRecordCoder
{
    /// <summary>Codes one decision.</summary>
    /// <param name="decision">0 or 1; no use in decoding.</param>
    /// <param name="probability">P(1) in units of 2^-32.</param>
    /// <returns>The decision.</returns>
    int Code(int decision, uint probability);
}

/// <summary>Codes nothing: for training.</summary>
internal struct NoCoder : IRecordCoder
{
    public readonly int Code(int decision, uint probability) => decision;
}
