using System.Buffers.Binary;
using System.Globalization;
using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Learning;

/// <summary>Values, gradients and optimiser steps against numbers PyTorch computed (tests/golden/torch/make.py).</summary>
public class TorchTests
{
    private const double Tolerance = 4e-6;

    private static readonly Dictionary<string, Dictionary<string, (float[] Values, int[] Shape)>> Cases = Read();

    public static TheoryData<string> Operations => ["linear", "embedding", "layernorm", "relu", "gelu", "silu", "tanh", "sigmoid", "softplus", "softmax",
        "logsoftmax", "attention-causal", "attention-padding", "conv2d", "convtranspose2d", "crossentropy", "mse", "bernoulli", "gaussian", "kl-standard",
        "kl", "mixture", "mixture-rgb", "exp", "square", "log", "sqrt", "addrow", "batchproduct", "concatenate", "rmsnorm", "rope",
        "attention-grouped", "attention-additive"];

    [Theory, MemberData(nameof(Operations))]
    public void OperationsAndLosses(string name)
    {
        Dictionary<string, (float[] Values, int[] Shape)> saved = Cases[name];
        var tape = new Tape();
        var inputs = saved.Where(entry => saved.ContainsKey("d" + entry.Key)).ToDictionary(entry => entry.Key, entry => Input(saved, entry.Key));
        Compare(tape, saved, inputs, Compute(name, tape, key => inputs[key], key => Tensor.From(saved[key].Values, saved[key].Shape)));
    }

    private static Variable Compute(string name, Tape t, Func<string, Variable> v, Func<string, Tensor> data) => name switch
    {
        "linear" => t.Linear(v("x"), v("weight"), v("bias")),
        "embedding" => t.Embed(v("weight"), new[] { 3, 0, 3, 1 }, 4),
        "layernorm" => t.LayerNorm(v("x"), v("weight"), v("bias"), 1e-5f),
        "relu" => t.Activate(v("x"), Activation.Relu),
        "gelu" => t.Activate(v("x"), Activation.Gelu),
        "silu" => t.Activate(v("x"), Activation.Silu),
        "tanh" => t.Activate(v("x"), Activation.Tanh),
        "sigmoid" => t.Activate(v("x"), Activation.Sigmoid),
        "softplus" => t.Softplus(v("x")),
        "softmax" => t.Softmax(v("x")),
        "logsoftmax" => t.LogSoftmax(v("x")),
        "attention-causal" => t.Attend(v("q"), v("k"), v("v"), 2, 2, AttentionMask.Autoregressive),
        "attention-padding" => t.Attend(v("q"), v("k"), v("v"), 2, 2, new AttentionMask
        {
            Visible = new byte[] { 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1 },
        }),
        "conv2d" => t.Convolve(v("x"), v("weight"), v("bias"), stride: 2, padding: 1),
        "convtranspose2d" => t.ConvolveTransposed(v("x"), v("weight"), v("bias"), stride: 2, padding: 1, outputPadding: 1),
        "crossentropy" => t.CrossEntropy(v("x"), new[] { 2, CrossEntropy.Ignored, 0, 4 }),
        "mse" => t.SquaredError(v("x"), v("t")),
        "bernoulli" => t.Bernoulli(v("x"), data("t")),
        "gaussian" => t.Gaussian(data("x"), v("mean"), v("logvariance")),
        "kl-standard" => t.GaussianDivergence(v("mean"), v("logvariance")),
        "kl" => t.GaussianDivergence(v("mean"), v("logvariance"), v("mean2"), v("logvariance2")),
        "mixture" => t.LogisticMixture(v("p"), new byte[] { 0, 17, 255, 90 }),
        "mixture-rgb" => t.LogisticMixture(v("p"), new byte[] { 0, 128, 255, 17, 0, 200, 255, 255, 1, 90, 91, 92 }, channels: 3),
        "exp" => t.Exp(v("x")),
        "square" => t.Square(v("x")),
        "log" => t.Log(v("x")),
        "sqrt" => t.Sqrt(v("x")),
        "addrow" => t.AddRow(v("x"), v("row")),
        "batchproduct" => t.BatchProduct(v("x"), v("z")),
        "concatenate" => t.Concatenate(1, v("x"), v("z"), v("x")),
        "rmsnorm" => t.RmsNorm(v("x"), v("weight"), 1e-5f),
        "rope" => new Rope(7, 6).Forward(t, v("x"), 3),
        "attention-grouped" => t.Attend(v("q"), v("k"), v("v"), 4, 2, AttentionMask.Autoregressive),
        "attention-additive" => t.BatchProduct(t.Softmax(t.AdditiveScores(v("q"), v("k"), v("vector"),
            new byte[] { 1, 1, 0, 1, 1, 1, 0, 0 })), v("memory")),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such case."),
    };

    /// <summary>Two layers of two directions over sequences of different lengths, with initial states.</summary>
    [Fact]
    public void LstmWithLengths()
    {
        Dictionary<string, (float[] Values, int[] Shape)> saved = Cases["lstm"];
        var lstm = new Lstm(3, 2, layers: 2, bidirectional: true);
        // PyTorch's order: layer 0, layer 0 reversed, layer 1, layer 1 reversed; each input weights, recurrent weights, bias.
        string[] places = ["l0", "l0_reverse", "l1", "l1_reverse"];
        string[] names = [.. places.SelectMany(p => (string[])[$"weight_ih_{p}", $"weight_hh_{p}", $"bias_ih_{p}"])];
        for (int i = 0; i < names.Length; i++)
        {
            saved[names[i]].Values.CopyTo(lstm.Parameters[i].Value.Span);
            lstm.Parameters[i].Touch();
        }
        var tape = new Tape();
        Variable x = Input(saved, "x"), h = Input(saved, "h"), c = Input(saved, "c");
        var state = new LstmState([.. Enumerable.Range(0, 4).Select(i => (Part(h, i), Part(c, i)))]);
        (Variable output, LstmState last) = lstm.Forward(tape, x, state, new[] { 4, 2, 3 });
        Variable[] results = [output, .. Enumerable.Range(0, 4).Select(i => last[i].Hidden), .. Enumerable.Range(0, 4).Select(i => last[i].Cell)];
        Variable y = tape.Concatenate(0, [.. results.Select(r => tape.Reshape(r, -1))]);
        var gradients = new Dictionary<string, Variable> { ["x"] = x, ["h"] = h, ["c"] = c };
        for (int i = 0; i < names.Length; i++)
            gradients[names[i]] = lstm.Parameters[i];
        Compare(tape, saved, gradients, y);

        Variable Part(Variable all, int i) => tape.Reshape(tape.Slice(all, 0, i, 1), 3, 2);
    }

    [Theory, InlineData("adamw"), InlineData("sgd"), InlineData("nesterov")]
    public void OptimisersWithClipping(string name)
    {
        Dictionary<string, (float[] Values, int[] Shape)> saved = Cases[name];
        var w = new Parameter("w", Initializer.Zeros, 3, 4);
        saved["w0"].Values.CopyTo(w.Value.Span);
        Optimiser optimiser = name == "adamw" ? new AdamW([w], 0.9f, 0.95f, 1e-8f, 0.1f) : new Sgd([w], 0.9f, 0.1f, name == "nesterov");
        var tape = new Tape();
        for (int step = 1; step <= 5; step++)
        {
            // A loss whose gradient is the given one.
            w.ZeroGradient();
            tape.Backward(tape.Sum(tape.Multiply(w, Tape.Input(Tensor.From(saved[$"g{step}"].Values, 3, 4)))));
            double norm = optimiser.GradientNorm();
            Assert.Equal(saved[$"norm{step}"].Values[0], norm, 1e-5);
            optimiser.Step(0.01f, Optimiser.ClipScale(norm, 1f));
            OperationCheck.Close(Doubles(saved[$"w{step}"].Values), w.Value.Span, Tolerance, $"weights after step {step}");
            tape.Reset();
        }
    }

    [Fact]
    public void CosineSchedule()
    {
        float[] rates = Cases["cosine"]["rates"].Values;
        var schedule = new Schedule { Rate = 0.1f, LeastFraction = 0.1f };
        for (int step = 0; step < rates.Length; step++)
            Assert.Equal(rates[step], schedule.At(step, 20), 1e-7);
    }

    /// <summary>By hand: a rise of 4 steps, then down to a tenth, or not; and what holds after the last step.</summary>
    [Theory]
    [InlineData(ScheduleShape.Constant, 1f, 1f, 1f)]
    [InlineData(ScheduleShape.Linear, 0.775f, 0.55f, 0.1f)]
    [InlineData(ScheduleShape.Cosine, 0.8681981f, 0.55f, 0.1f)]       // 0.1 + 0.9 · (1 + cos(π / 4)) / 2
    public void SchedulesWithWarmUp(ScheduleShape shape, float quarter, float half, float end)
    {
        var schedule = new Schedule { Rate = 0.5f, Shape = shape, WarmUp = 4, LeastFraction = 0.1f };
        float[] expected = [0.2f, 0.4f, 0.6f, 0.8f, 1f];
        for (int step = 0; step < 5; step++)
            Assert.Equal(0.5f * expected[step], schedule.At(step, 24), 1e-6f);
        Assert.Equal(0.5f * quarter, schedule.At(9, 24), 1e-6f);
        Assert.Equal(0.5f * half, schedule.At(14, 24), 1e-6f);
        foreach (long after in (long[])[24, 25, 1000, long.MaxValue])
            Assert.Equal(0.5f * end, schedule.At(after, 24), 1e-6f);
        Assert.Equal(0.5f, (schedule with { WarmUp = 0 }).At(0, 24), 1e-6f);
        Assert.Equal(0.5f * 0.2f, schedule.At(0, 2), 1e-6f);       // a run shorter than the rise
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(-1, 24));
    }

    private static void Compare(Tape tape, Dictionary<string, (float[] Values, int[] Shape)> saved, Dictionary<string, Variable> inputs, Variable y)
    {
        OperationCheck.Close(Doubles(saved["y"].Values), y.Value.Span, Tolerance, "the value");
        tape.Backward(tape.Sum(tape.Multiply(y, tape.Reshape(Tape.Input(Tensor.From(saved["along"].Values, saved["along"].Shape)), Sizes(y.Shape)))));
        int compared = 0;
        foreach ((string key, Variable input) in inputs)
        {
            if (input.Gradient.IsEmpty)
                continue;
            OperationCheck.Close(Doubles(saved["d" + key].Values), input.Gradient.Span, Tolerance, $"the gradient of {key}");
            compared++;
        }
        Assert.True(compared > 0);
    }

    private static Variable Input(Dictionary<string, (float[] Values, int[] Shape)> saved, string key) =>
        Tape.Input(Tensor.From(saved[key].Values, saved[key].Shape), needsGradient: true);

    private static double[] Doubles(float[] x) => Array.ConvertAll(x, v => (double)v);

    private static int[] Sizes(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => shape[axis])];

    private static Dictionary<string, Dictionary<string, (float[], int[])>> Read()
    {
        var cases = new Dictionary<string, Dictionary<string, (float[], int[])>>();
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "tests", "golden", "torch", "cases.txt")))
        {
            string[] words = line.Split(' ');
            int[] shape = [.. words[2].Trim('(', ')').Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
            byte[] bytes = Convert.FromBase64String(words[3]);
            float[] values = [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i)))];
            if (!cases.TryGetValue(words[0], out Dictionary<string, (float[], int[])>? tensors))
                cases[words[0]] = tensors = [];
            tensors[words[1]] = (values, shape);
        }
        return cases;
    }
}
