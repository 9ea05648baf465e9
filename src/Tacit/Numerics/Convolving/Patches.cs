using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Products;

namespace Tacit.Numerics.Convolving;

/// <summary>An image as the matrix of its patches: row (c, i, j), column (p, q).</summary>
/// <remarks>
/// It holds input[c, p · stride + i − padding, q · stride + j − padding], zero outside; along rows input[c, p, q · stride + j − padding]. It is never in memory as such:
/// products get it packed in panels.
/// </remarks>
internal static unsafe class Patches
{
    /// <summary>Panels of the patches (taps, positions): the right operand of the forward pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in ConvolutionShape s, float* image, float* panels, nint panelStep, int width)
    {
        int positions = s.Positions;
        for (int tap = 0; tap < s.Taps; tap++)
        {
            float* target = panels + (nint)tap * width;
            int lane = 0;
            foreach (ref readonly Segment segment in new Segments(s, image, tap))
            {
                for (int q = 0; q < segment.Length;)
                {
                    int count = Math.Min(width - lane, segment.Length - q);
                    segment.Copy(q, count, target + lane);
                    q += count;
                    lane += count;
                    if (lane == width)
                    {
                        lane = 0;
                        target += panelStep;
                    }
                }
            }
            for (int n = positions; n % width != 0; n++)
                target[lane++] = 0f;
        }
    }

    /// <summary>Panels of some columns of their transpose (positions, taps): the right operand of the weights' gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackTransposed(in ConvolutionShape s, int firstTap, int taps, float* image, float* panels, nint panelStep, int width)
    {
        int padded = Panel.CountFor(taps, width) * width;
        for (int tap = 0; tap < padded; tap++)
        {
            float* target = panels + tap / width * panelStep + tap % width;
            if (tap >= taps)
            {
                for (int n = 0; n < s.Positions; n++)
                    target[(nint)n * width] = 0f;
                continue;
            }
            foreach (ref readonly Segment segment in new Segments(s, image, firstTap + tap))
            {
                for (int q = 0; q < segment.Length; q++, target += width)
                    *target = segment.At(q);
            }
        }
    }

    /// <summary>image += patches back in their places, tap by tap: each value takes its terms in the order of (i, j).</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="patches">(taps, positions).</param>
    /// <param name="image">The input's image.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddBack(in ConvolutionShape s, float* patches, float* image)
    {
        for (int tap = 0; tap < s.Taps; tap++)
        {
            foreach (ref readonly Segment segment in new Segments(s, image, tap))
            {
                for (int q = segment.First; q < segment.End; q++)
                    segment.Row[q * segment.Step] += patches[q];
                patches += segment.Length;
            }
        }
    }

    /// <summary>One output row of one tap: a stretch of an input row.</summary>
    private struct Segment
    {
        /// <summary>The input value of output column 0; may lie outside.</summary>
        public float* Row;
        public int Step, Length;

        /// <summary>The output columns [First, End) whose input lies inside.</summary>
        public int First, End;

        /// <summary>Output columns [q, q + count).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Copy(int q, int count, float* target)
        {
            int i = 0, first = Math.Clamp(First - q, 0, count), end = Math.Clamp(End - q, first, count);
            for (; i < first; i++)
                target[i] = 0f;
            float* source = Row + (nint)q * Step;
            for (; Step == 1 && i <= end - 4; i += 4)
                Packing.Floored<Lanes128, Vector128<float>>(Vector128.Load(source + i)).Store(target + i);
            for (; i < end; i++)
                target[i] = Packing.Floored(source[i * Step]);
            for (; i < count; i++)
                target[i] = 0f;
        }

        public readonly float At(int q) => q >= First && q < End ? Packing.Floored(Row[q * Step]) : 0f;
    }

    /// <summary>The segments of a tap, output row by output row.</summary>
    private ref struct Segments(ConvolutionShape s, float* image, int tap)
    {
        private readonly ConvolutionShape _shape = s;
        private readonly float* _channel = image + (nint)(tap / s.KernelSize) * s.Height * s.Width;
        private readonly int _i = s.AlongRows ? 0 : tap / s.Kernel % s.Kernel - s.Padding, _j = tap % s.Kernel - s.Padding, _rows = s.OutputHeight;
        private int _row = -1;
        private Segment _current;

        public readonly Segments GetEnumerator() => this;

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public readonly ref readonly Segment Current => ref _current;

        public bool MoveNext()
        {
            if (++_row >= _rows)
                return false;
            int step = _shape.Step, y = _shape.AlongRows ? _row : _row * step + _i, length = _shape.OutputWidth;
            bool inside = (uint)y < (uint)_shape.Height;
            int first = _j >= 0 ? 0 : (-_j + step - 1) / step;
            int end = _shape.Width - 1 - _j < 0 ? 0 : Math.Min(length, (_shape.Width - 1 - _j) / step + 1);
            _current = new Segment
            {
                Row = _channel + (nint)y * _shape.Width + _j,
                Step = step,
                Length = length,
                First = inside ? Math.Min(first, length) : 0,
                End = inside ? end : 0,
            };
            return true;
        }
    }
}
