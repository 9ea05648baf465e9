using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Learning;

/// <summary>The LSTM: gradients through outputs and last states, lengths, both directions, and steps against whole sequences.</summary>
[Collection(AllWidths.Name)]
public class LstmTests
{
    [Theory]
    [InlineData(2, 4, 3, 5, false, false)]
    [InlineData(3, 4, 2, 3, true, false)]
    [InlineData(3, 3, 3, 2, true, true)]
    [InlineData(1, 3, 2, 5, false, true)]
    [InlineData(17, 2, 2, 3, true, false)]      // enough sequences for threads to take some each
    public void Gradients(int batch, int steps, int inputs, int size, bool padded, bool backwards)
    {
        int[] lengths = [.. Enumerable.Range(0, batch).Select(b => padded ? (b * 2 + 1) % (steps + 1) : steps)];
        Given[] given =
        [
            Given.Random(1, batch, steps, inputs), Given.Random(2, 4 * size, inputs), Given.Random(3, 4 * size, size), Given.Random(4, 4 * size),
            Given.Random(5, batch, size), Given.Random(6, batch, size),
        ];
        OperationCheck.Run((t, v) =>
        {
            (Variable output, Variable hidden, Variable cell) = t.Lstm(v[0], v[1], v[2], v[3], v[4], v[5], padded ? lengths : default, backwards);
            return t.Concatenate(0, t.Reshape(output, -1), t.Reshape(hidden, -1), t.Reshape(cell, -1));
        }, v => Plain.Lstm(v[0], batch, steps, inputs, v[1], v[2], v[3], v[4], v[5], lengths, backwards), given, 1e-5);
    }

    /// <summary>A loss of the last cell state alone, and of outputs alone, without initial states.</summary>
    [Fact]
    public void EachResultAlone()
    {
        const int B = 2, T = 3, I = 2, H = 3;
        Given[] given = [Given.Random(1, B, T, I), Given.Random(2, 4 * H, I), Given.Random(3, 4 * H, H), Given.Random(4, 4 * H)];
        (Func<(Variable Output, Variable Hidden, Variable Cell), Variable> Take, Range Place)[] all =
            [(r => r.Output, ..(B * T * H)), (r => r.Hidden, (B * T * H)..(B * T * H + B * H)), (r => r.Cell, (B * T * H + B * H)..)];
        foreach ((Func<(Variable, Variable, Variable), Variable> take, Range place) in all)
        {
            OperationCheck.Run((t, v) => take(t.Lstm(v[0], v[1], v[2], v[3])),
                v => Plain.Lstm(v[0], B, T, I, v[1], v[2], v[3], new double[B * H], new double[B * H], [T, T], false)[place], given, 1e-5);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void StepByStepIsTheSameToTheBit(int batch)
    {
        const int T = 7, I = 5, H = 6;
        var lstm = new Lstm(I, H, layers: 3);
        lstm.Initialize(1);
        float[] x = Numbers.Ordinary(batch * T * I, 1);
        using var pool = new WorkPool(2);
        var whole = new Tape(pool) { IsRecording = false };
        (Variable all, LstmState last) = lstm.Forward(whole, Tape.Input(Tensor.From(x, batch, T, I)));
        var tape = new Tape { IsRecording = false };
        LstmState? state = null;
        int first = 0;
        foreach (int count in (int[])[1, 1, 3, 2])
        {
            Variable part = tape.Slice(Tape.Input(Tensor.From(x, batch, T, I)), 1, first, count);
            (Variable y, LstmState next) = lstm.Forward(tape, part, state);
            Numbers.AssertSameBits(whole.Slice(all, 1, first, count).Value.Span, y.Value.Span, $"steps from {first}");
            state = next.Detach();
            first += count;
            tape.Reset();
        }
        for (int i = 0; i < last.Count; i++)
        {
            Numbers.AssertSameBits(last[i].Hidden.Value.Span, state![i].Hidden.Value.Span);
            Numbers.AssertSameBits(last[i].Cell.Value.Span, state[i].Cell.Value.Span);
        }
    }

    /// <summary>What stands in the padding shows nowhere: not in outputs, states or gradients.</summary>
    [Fact]
    public void PaddingDoesNotShow()
    {
        const int B = 3, T = 5, I = 4, H = 3;
        int[] lengths = [2, 5, 0];
        var lstm = new Lstm(I, H, layers: 2, bidirectional: true);
        lstm.Initialize(1);
        float[] x = Numbers.Ordinary(B * T * I, 1), other = [.. x];
        for (int b = 0; b < B; b++)
            other.AsSpan((b * T + lengths[b]) * I, (T - lengths[b]) * I).Fill(100f);
        (float[] values, float[][] gradients) = Run(x);
        (float[] otherValues, float[][] otherGradients) = Run(other);
        Numbers.AssertSameBits(values, otherValues);
        for (int i = 0; i < gradients.Length; i++)
            Numbers.AssertSameBits(gradients[i], otherGradients[i], lstm.Parameters[i].Name);
        Assert.All(values[(2 * T * 2 * H)..(3 * T * 2 * H)], v => Assert.Equal(0f, v));
        // A short sequence alone is the same as beside longer ones.
        var tape = new Tape { IsRecording = false };
        (Variable alone, _) = lstm.Forward(tape, Tape.Input(Tensor.From(x.AsSpan(0, 2 * I), 1, 2, I)));
        Numbers.AssertSameBits(values.AsSpan(0, 2 * 2 * H), alone.Value.Span);

        (float[] Values, float[][] Gradients) Run(float[] input)
        {
            lstm.ZeroGradients();
            var tape = new Tape();
            (Variable y, LstmState state) = lstm.Forward(tape, Tape.Input(Tensor.From(input, B, T, I)), lengths: lengths);
            float[] values = [.. y.Value.Span, .. state[0].Hidden.Value.Span, .. state[3].Cell.Value.Span];
            tape.Backward(tape.Sum(tape.Square(y)));
            return (values, [.. lstm.Parameters.Select(p => p.Gradient.Span.ToArray())]);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var lstm = new Lstm(3, 4);
        var tape = new Tape();
        Assert.Contains("(2, 5, 4) with weights (16, 3)", Throws(() => lstm.Forward(tape, Tape.Input(Tensor.Zeros(2, 5, 4)))));
        Assert.Contains("a length of 6 in (2, 5, 3)", Throws(() => lstm.Forward(tape, Tape.Input(Tensor.Zeros(2, 5, 3)), lengths: new[] { 1, 6 })));
        Assert.Contains("3 lengths", Throws(() => lstm.Forward(tape, Tape.Input(Tensor.Zeros(2, 5, 3)), lengths: new int[3])));
        Assert.Contains("2 states for 1", Throws(() => lstm.Forward(tape, Tape.Input(Tensor.Zeros(2, 5, 3)), new LstmState(default, default))));
        Assert.Contains("(2, 0, 3)", Throws(() => lstm.Forward(tape, Tape.Input(Tensor.Zeros(2, 0, 3)))));

        static string Throws(Action action) => Assert.Throws<ArgumentException>(action).Message;
    }
}
