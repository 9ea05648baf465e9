namespace Tacit.Modeling.ContextMixing;

/// <summary>An expert that also says how sure it is: a mixer of its own has a weight set for each such value.</summary>
internal interface ISelectingExpert : IBitExpert
{
    /// <summary>Values of <see cref="Selector"/>.</summary>
    int SelectorValues { get; }

    /// <summary>The value for the bit whose opinions were asked for last.</summary>
    int Selector { get; }
}
