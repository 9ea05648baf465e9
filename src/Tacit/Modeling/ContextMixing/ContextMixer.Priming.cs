using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <content>How a prior is made and taken up.</content>
public sealed unsafe partial class ContextMixer
{
    /// <summary>Forgets everything and makes ready for bytes that others are to be primed with: see <see cref="MixerPrior"/>.</summary>
    internal void ResetToPrime(int length, BlockStructure structure) =>
        Reset(length, structure, MixerPrior.PlanToPrime(_level, structure.Kind, length), null);

    /// <summary>The small tables as they are now: what was learnt but for slots and past, the mixers, the refiners.</summary>
    internal (nint Learnt, nint Mixers, nint Refiners) SmallTables => ((nint)_learnt, (nint)_mixerMemory, (nint)_refinerMemory);

    /// <summary>The slot table as it is now.</summary>
    internal nint SlotMemory => (nint)_slotMemory.Pointer;

    // What the prior has learnt takes the place of what a model starts with.
    private void Prime(MixerPrior prior, byte* table, in MixerPlan plan, byte* history)
    {
        Unsafe.CopyBlock(_learnt, prior.Learnt, (uint)(_mixerMemory - _learnt));
        _mixers.TakeOver(prior.Mixers, prior.Plan.Inputs, prior.Plan.UsedInputs, prior.Plan.Mixers, prior.Plan.WeightSets, MixerPrior.MostUses);
        Unsafe.CopyBlock(_refinerMemory, prior.Refiners, (uint)plan.RefinersSize);
        if (plan.SlotBytes == prior.SlotBytes)
            Buffer.MemoryCopy(prior.Slots, table, plan.SlotBytes, plan.SlotBytes);
        else
            _slots.TakeIn(prior.Slots, prior.SlotBytes);

        ReadOnlySpan<byte> text = prior.Text.Span;
        text.CopyTo(new Span<byte>(history, plan.HistoryLength));
        _past.BeginAt(text.Length);
        ulong last = 0, longHash = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte value = text[i];
            _match.Remember((last & 0xFFFFFFFFFF) << 4 | (uint)value >> 4, i + 1, value);
            if (_runs)
                _longMatch.Remember(longHash + (uint)(16 | value >> 4), i + 1, value);
            last = last << 8 | value;
            longHash = ContextHistory.Lengthen(longHash, value);
        }
    }
}
