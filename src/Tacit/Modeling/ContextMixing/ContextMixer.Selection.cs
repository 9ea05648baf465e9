using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

// Which weights each mixer of the first layer uses: small contexts choose them.
public sealed unsafe partial class ContextMixer
{
    private const int MatchSets = MatchModel.LengthClasses * (ContextSet.Max + 1);

    /// <summary>Weight sets of all mixers: see <see cref="SelectWeights"/>.</summary>
    internal static int WeightSets(int mixers) => mixers == 1 ? 1024 : SelectorStart(mixers);

    /// <summary>The weight sets of a mixer of the first layer, among those of all: the first, and the one after the last.</summary>
    internal static (int First, int End) SetsOf(int mixer, int mixers) =>
        mixers == 1 ? (0, WeightSets(1))
        : mixer == 0 ? (MatchSets, SelectorStart(2))
        : mixer == 1 ? (0, MatchSets)
        : (SelectorStart(mixer), SelectorStart(mixer + 1));

    // The first weight set of each selector, and at the end their number.
    private static int SelectorStart(int selector)
    {
        ReadOnlySpan<int> sizes = [MatchSets, 256, 2048, 2048, 512, 2048, MatchModel.LengthClasses * 16];
        int start = 0;
        for (int i = 0; i < selector; i++)
            start += sizes[i];
        return start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SelectWeights(int known)
    {
        if (_mixerCount == 1)
        {
            _mixers.Select(0, _partial | (_match.LengthClass + 4) / 5 << 8);
            return;
        }
        uint last = (uint)_past.Last;
        if (_bilevel)
        {
            _mixers.Select(0, MatchSets + (_pixels.Near & 255));
            _mixers.Select(1, _match.LengthClass * (ContextSet.Max + 1) + known);
            if (_mixerCount == 2)
                return;
            _mixers.Select(2, MatchSets + 256 + _pixels.Near);
            if (_mixerCount == 3)
                return;
            _mixers.Select(3, MatchSets + 256 + 2048 + ((int)_pixels.Wide & 2047));
            _mixers.Select(4, MatchSets + 256 + 2048 + 2048 + _partial);
            _mixers.Select(5, MatchSets + 256 + 2048 + 2048 + 512 + (int)(_pixels.Wide >> 5));
            _mixers.Select(6, MatchSets + 256 + 2048 + 2048 + 512 + 2048 + _pixels.Near % 256);
            return;
        }
        _mixers.Select(0, MatchSets + _partial);
        _mixers.Select(1, _match.LengthClass * (ContextSet.Max + 1) + known);
        if (_mixerCount == 2)
            return;
        if (_structure.Kind == BlockKind.X86 && _mixerCount == 3)
            _mixers.Select(2, MatchSets + 256 + (_past.Code.Class << 3 | _bitIndex));
        else
            _mixers.Select(2, MatchSets + 256 + ((int)(last & 0xFF) << 3 | _bitIndex));
        if (_mixerCount == 3)
            return;
        int start = MatchSets + 256 + 2048;
        _mixers.Select(3, start + ((int)(last >> 8 & 0xFF) << 3 | _bitIndex));
        start += 2048;
        _mixers.Select(4, start + (_longMatch.LengthClass != 0 ? _longMatch.PredictedByte : _match.PredictedByte));
        start += 512;
        _mixers.Select(5, start + SelectByStructure());
        start += 2048;
        _mixers.Select(6, start + (_longMatch.LengthClass << 4 | Math.Min(15, _past.WordLength)));
    }

    private int SelectByStructure() => _structure.Kind switch
    {
        BlockKind.X86 => _past.Code.Class << 3 | _bitIndex,
        BlockKind.Rows => _past.Column << 1 | (_bitIndex >> 2),
        _ => (int)((_past.Classes & 7) | (_past.Classes >> 4 & 7) << 3 | (_past.Classes >> 8 & 3) << 6) << 3 | _bitIndex,
    };
}
