using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

public class TensorTests
{
    [Fact]
    public void ShapesKnowTheirSizes()
    {
        var shape = new Shape(2, 3, 4);
        Assert.Equal((3, 24, 6, 4, 4, 2), (shape.Rank, shape.Count, shape.Rows, shape.Columns, shape[-1], shape[0]));
        Assert.Equal("(2, 3, 4)", shape.ToString());
        Assert.Equal((0, 1, 1, 1), (new Shape().Rank, new Shape().Count, new Shape().Rows, new Shape().Columns));
        Assert.True(shape.Reshape(6, -1).Is(new Shape(6, 4)));
        Assert.False(shape.Is(new Shape(2, 12)));
        Assert.Equal("Reshape: (2, 3, 4) of 24 values cannot become (5, -1).", Assert.Throws<ArgumentException>(() => shape.Reshape(5, -1)).Message);
        Assert.Throws<ArgumentException>(() => shape.Reshape(-1, -1));
        Assert.Throws<ArgumentException>(() => shape.Reshape(4, 5));
        Assert.Equal("Add: the shapes (2, 3, 4) and (4, 3, 2) differ.", Assert.Throws<ArgumentException>(() => shape.Require(new Shape(4, 3, 2), "Add")).Message);
        Assert.Throws<ArgumentException>(() => new Shape(1 << 16, 1 << 16));
        Assert.Throws<ArgumentException>(() => new Shape(2, -1));
    }

    [Fact]
    public void ViewsAreTheSameMemory()
    {
        Tensor tensor = Tensor.From([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 2, 3, 2);
        Assert.Equal([6, 7, 8, 9, 10, 11], tensor[1].Span.ToArray());
        Assert.Equal([8, 9], tensor[1][1].Span.ToArray());
        Assert.Equal("(6, 2)", tensor.Reshape(6, 2).Shape.ToString());
        Assert.Equal([4, 5, 6, 7], tensor.Reshape(6, 2).Slice(2, 2).Span.ToArray());
        tensor.Reshape(-1)[3].Span[0] = 99;
        Assert.Equal(99, tensor.Span[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(1, 2));
        Assert.Contains("Of a tensor of shape (2, 3, 2)", Assert.Throws<ArgumentOutOfRangeException>(() => tensor[-1]).Message);
        Assert.True(default(Tensor).IsEmpty);
        Assert.True(default(Tensor).Span.IsEmpty);
    }

    [Fact]
    public void MemoryIsAlignedAndUsedAgain()
    {
        var pool = new TensorPool();
        Tensor first;
        using (pool.Scope())
        {
            first = pool.Rent(3, 5);
            Tensor second = pool.RentZeros(1000);
            Assert.Equal(0, Address(first) % 64);
            Assert.Equal(0, Address(second) % 64);
            Assert.All(second.Span.ToArray(), v => Assert.Equal(0f, v));
            pool.Return(second);
            Assert.Contains("(1000)", Assert.Throws<ObjectDisposedException>(() => second.Span.Length).Message);
            Assert.Throws<ArgumentException>(() => pool.Return(second));
        }
        Assert.Throws<ObjectDisposedException>(() => first[0]);
        Assert.Equal(0, pool.BytesRented);
        long held = pool.BytesHeld;
        Assert.InRange(pool.PeakBytesRented, 4 * 1015, 4 * 1400);
        using (pool.Scope())
        {
            pool.Rent(15);
            pool.Rent(900);
        }
        Assert.Equal(held, pool.BytesHeld);
        Assert.Throws<ArgumentException>(() => pool.Return(Tensor.Zeros(3)));
        Assert.Throws<ArgumentException>(() => pool.Return(default));
    }

    private static unsafe nint Address(Tensor tensor)
    {
        fixed (float* p = tensor.Span)
            return (nint)p;
    }

    [Fact]
    public void CapacitiesWasteLittle()
    {
        var pool = new TensorPool();
        for (int count = 64; count < 100_000; count = count * 21 / 20 + 1)
        {
            using (pool.Scope())
            {
                pool.Rent(count);
                Assert.InRange(pool.BytesRented, 4L * count, 5L * count + 64);
            }
        }
    }

    [Fact]
    public void AStepAllocatesNothingOnceWarm()
    {
        var pool = new TensorPool();
        using var threads = new WorkPool(2);
        Tensor weights = Tensor.Zeros(32, 48);
        RandomFill.Normal(1, 1, weights.Span);
        using PackedMatrix packed = PackedMatrix.From(weights.AsMatrix);
        long allocated = 0;
        for (int step = 0; step < 30; step++)
        {
            if (step == 15)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            Step();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);

        void Step()
        {
            using TensorScope scope = pool.Scope();
            Tensor x = pool.Rent(4, 8, 32), gain = pool.Rent(32), scale = pool.Rent(32), y = pool.Rent(4, 8, 48), dw = pool.RentZeros(32, 48), dx = pool.Rent(4, 8, 32);
            RandomFill.Uniform(1, 2, x.Span);
            RandomFill.Uniform(1, 3, gain.Span);
            RmsNormalization.Forward(x.Span, gain.Span, 1e-5f, dx.Span, scale.Span, threads);
            MatMul.Multiply(dx.AsMatrix, packed, y.AsTarget, activation: Activation.Gelu, pool: threads);
            MatMul.Multiply(x.AsMatrix.Transposed, y.AsMatrix, dw.AsTarget, accumulate: true, pool: threads);
            MatMul.Multiply(y.AsMatrix, weights.AsMatrix.Transposed, dx.AsTarget, pool: threads);
            Softmax.Forward(y.Span, 48, y.Span, threads);
            Tensor q = dx.Reshape(1, 32, 32), o = pool.Rent(1, 32, 32);
            var shape = new AttentionShape { Batch = 1, Heads = 2, Queries = 32, Keys = 32, HeadSize = 16, Causal = true };
            Attention.Forward(shape, 0.25f, q.Span, q.Span, q.Span, default, o.Span, default, threads);
            o.CheckFinite("outputs");
        }
    }

    [Fact]
    public void ProductsOfTensorsNameTheShapes()
    {
        Tensor a = Tensor.Zeros(2, 3, 4), b = Tensor.Zeros(5, 6), c = Tensor.Zeros(2, 3, 6);
        Assert.Equal("Multiply: (2, 3, 4) · (5, 6) into (2, 3, 6).", Assert.Throws<ArgumentException>(() => MatMul.Multiply(a, b, c)).Message);
        MatMul.Multiply(a, Tensor.Zeros(4, 6), c);
    }
}
