using System.Runtime.Intrinsics;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;

namespace Tacit.Numerics;

/// <summary>The right operand of products, copied once into the order in which they read it.</summary>
/// <remarks>
/// For weights: packing costs as much as a product of a few rows, so it is done when they are loaded or updated. Values
/// nearer to zero than <see cref="Floors.Product"/> become zero. Reading from several threads is safe.
/// </remarks>
public sealed unsafe class PackedMatrix : IDisposable
{
    private readonly NativeBuffer _panels;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="rows">K, what products sum over; at least 0.</param>
    /// <param name="columns">N, their columns; at least 0.</param>
    public PackedMatrix(int rows, int columns)
        : this(rows, columns, Widest.Lanes)
    {
    }

    internal PackedMatrix(int rows, int columns, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        Lanes = lanes;
        _panels = new NativeBuffer(Panel.CountFor(columns, Panel.Width(lanes)) * PanelStep);
        new Span<float>(_panels.Pointer, checked((int)_panels.Length)).Clear();
    }

    /// <summary>K, what products sum over.</summary>
    public int Rows { get; }

    /// <summary>N, the columns of products.</summary>
    public int Columns { get; }

    internal float* Panels => _panels.Pointer;

    internal nint PanelStep => (nint)Rows * Panel.Width(Lanes);

    /// <summary>Lanes of the vectors it is packed for.</summary>
    internal int Lanes { get; }

    /// <summary>A packed copy.</summary>
    /// <param name="matrix">(K, N); a transposed one is as good.</param>
    public static PackedMatrix From(Matrix matrix)
    {
        var packed = new PackedMatrix(matrix.Rows, matrix.Columns);
        packed.Pack(matrix);
        return packed;
    }

    /// <summary>Replaces the values.</summary>
    /// <param name="matrix">(K, N); a transposed one is as good.</param>
    /// <param name="pool">Threads to share the copying among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">Its shape is another.</exception>
    public void Pack(Matrix matrix, WorkPool? pool = null)
    {
        if (matrix.Rows != Rows || matrix.Columns != Columns)
            throw new ArgumentException($"Pack: a ({matrix.Rows}, {matrix.Columns}) matrix into one of ({Rows}, {Columns}).");
        fixed (float* data = matrix.Data)
        {
            var work = new PackWork
            {
                Source = data,
                RowStep = matrix.RowStep,
                ColumnStep = matrix.ColumnStep,
                Rows = Rows,
                Columns = Columns,
                Panels = Panels,
                PanelStep = PanelStep,
            };
            int panels = Panel.CountFor(Columns, Panel.Width(Lanes));
            work.Lanes = Lanes;
            work.PanelsPerPart = pool is null || (long)Rows * Columns < 1 << 16 ? panels
                : (panels + pool.Threads - 1) / pool.Threads;
            int parts = panels == 0 ? 0 : (panels + work.PanelsPerPart - 1) / work.PanelsPerPart;
            if (pool is not null && parts > 1)
                pool.Run(ref work, parts);
            else if (parts == 1)
                work.Run(0);
        }
        GC.KeepAlive(this);
    }

    /// <summary>Replaces rows from k on: values that join what products sum over.</summary>
    internal void SetRows(int k, float* rows, nint step, int count)
    {
        int width = Panel.Width(Lanes);
        float* target = Panels + (nint)k * width;
        for (int n = 0; n < Columns; n += width, target += PanelStep)
            Packing.Copy<Lanes128, Vector128<float>>(rows + n, step, target, width, count, Math.Min(width, Columns - n));
    }

    /// <summary>Replaces columns from n on, each so many floats after the one before: values that join the products' results.</summary>
    internal void SetColumns(int n, float* columns, nint step, int count)
    {
        int width = Panel.Width(Lanes);
        while (count > 0)
        {
            int some = Math.Min(count, width - n % width);
            Packing.CopyTransposed(columns, step, Panels + n / width * PanelStep + n % width, width, some, Rows);
            n += some;
            columns += some * step;
            count -= some;
        }
    }

    /// <summary>Moves all columns so many places to the front; those that leave the end are anything. A multiple of the panels' width.</summary>
    internal void DropColumns(int count)
    {
        int width = Panel.Width(Lanes), gone = count / width, panels = Panel.CountFor(Columns, width);
        Buffer.MemoryCopy(Panels + gone * PanelStep, Panels, panels * PanelStep * sizeof(float), (panels - gone) * PanelStep * sizeof(float));
    }

    /// <summary>Moves all rows so many places to the front; those that leave the end are anything.</summary>
    internal void DropRows(int count)
    {
        int width = Panel.Width(Lanes);
        for (int panel = 0; panel < Panel.CountFor(Columns, width); panel++)
        {
            float* start = Panels + panel * PanelStep;
            Buffer.MemoryCopy(start + (nint)count * width, start, PanelStep * sizeof(float), (PanelStep - (nint)count * width) * sizeof(float));
        }
    }

    /// <summary>A matrix at least as large with the same values, and zeros in what is new.</summary>
    internal PackedMatrix Grown(int rows, int columns)
    {
        var grown = new PackedMatrix(rows, columns, Lanes);
        for (int panel = 0; panel < Panel.CountFor(Columns, Panel.Width(Lanes)); panel++)
            new ReadOnlySpan<float>(Panels + panel * PanelStep, (int)PanelStep).CopyTo(new Span<float>(grown.Panels + panel * grown.PanelStep, (int)PanelStep));
        GC.KeepAlive(this);
        return grown;
    }

    /// <summary>Frees the memory; the matrix cannot be used after.</summary>
    public void Dispose() => _panels.Dispose();

    private struct PackWork : IWork, IKernel
    {
        public float* Source;
        public nint RowStep, ColumnStep;
        public int Rows, Columns;
        public float* Panels;
        public nint PanelStep;
        public int PanelsPerPart, Lanes;
        private int _part;

        public readonly void Run(int part)
        {
            PackWork mine = this;
            mine._part = part;
            Widest.Run(ref mine, Lanes);
        }

        public readonly void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct
        {
            int first = _part * PanelsPerPart;
            int width = Panel.Width(L.Count);
            int n = first * width;
            int columns = Math.Min(PanelsPerPart * width, Columns - n);
            Packing.Pack<L, V>(Source + n * ColumnStep, RowStep, ColumnStep, Rows, columns, Panels + first * PanelStep, PanelStep);
        }
    }
}
