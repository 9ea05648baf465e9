using System.Numerics;
using Tacit.Modeling.Linear;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Finds the map that suits a channel: unused low bits, gaps after a change of volume, few amplitudes.</summary>
internal sealed class SampleMapChoice
{
    // Samples after which the unused low bits may be others.
    private const int Stretch = 1024;

    // Integers beside each other that say how densely the used ones lie there, and the widest range that is looked at.
    private const int Window = 32, WidestRange = 1 << 20;

    // Memory for a list stays in proportion to the samples.
    private const ulong RangePerSample = 4;

    // What a listed integer costs beyond telling it from its unused neighbours, and what a list must save, in bits.
    private const double ListedBits = 1.5, LeastGain = 256, LeastGainShare = 0.01;

    private long _least = long.MaxValue, _most = long.MinValue, _any;
    private ulong _step;
    private long _samples, _seen, _shiftGain;    // bits a stretch has set, and those saved by leaving out unused low ones
    private int[]? _counts;

    /// <summary>Takes a sample into account, the first time.</summary>
    public void Look(long value)
    {
        if (_samples++ == 0)
            _any = value;
        _least = Math.Min(_least, value);
        _most = Math.Max(_most, value);
        _seen |= value;
        if (_samples % Stretch == 0)
        {
            _shiftGain += _seen == 0 ? 0 : Stretch * BitOperations.TrailingZeroCount(_seen);
            _seen = 0;
        }
        if (_step != 1)
            _step = GreatestCommonDivisor(_step, (ulong)Math.Abs(value - _any));
    }

    /// <summary>After all were looked at: whether it helps to count them.</summary>
    public bool WantsCounts()
    {
        if (_samples < 2 || _step == 0 || (ulong)(_most - _least) / _step is < 4 or >= WidestRange || (ulong)(_most - _least) / _step > (ulong)_samples * RangePerSample)
            return false;
        _counts = new int[(ulong)(_most - _least) / _step + 1];
        return true;
    }

    /// <summary>Takes a sample into account, the second time.</summary>
    public void Count(long value) => _counts![(ulong)(value - _least) / _step]++;

    /// <summary>The map.</summary>
    public SampleMap Choose(bool exceptions, bool fractions)
    {
        if (_counts is not null && ListPays())
        {
            var values = new List<long>();
            for (int i = 0; i < _counts.Length; i++)
            {
                if (_counts[i] > 0)
                    values.Add(_least + (long)_step * i);
            }
            return SampleMap.Listed([.. values], (long)_step, exceptions, fractions);
        }
        long step = _step is > 1 and <= int.MaxValue ? (long)_step : 1;
        return SampleMap.Every(step == 1 ? 0 : (_least % step + step) % step, step, exceptions, fractions);
    }

    // A sample among used integers that fill a share s of their neighbourhood becomes log2(1 / s) bits shorter.
    private bool ListPays()
    {
        int[] counts = _counts!;
        double gain = 0;
        int used = 0;
        for (int i = -Window; i < counts.Length; i++)
        {
            if (i + Window < counts.Length && counts[i + Window] > 0)
                used++;
            if (i - Window - 1 >= 0 && counts[i - Window - 1] > 0)
                used--;
            if (i < 0 || counts[i] == 0)
                continue;
            int width = Math.Min(i + Window, counts.Length - 1) - Math.Max(i - Window, 0) + 1;
            double share = DoubleFunctions.Log((double)width / used) / DoubleFunctions.Ln2;
            gain += share * counts[i] - (share + ListedBits);
        }
        return gain > _shiftGain + LeastGain + LeastGainShare * _samples;
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
