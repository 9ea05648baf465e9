namespace Tacit.Numerics;

/// <summary>A matrix to read: a span, a shape and the steps between neighbours.</summary>
/// <remarks>Element (r, c) is at r · <see cref="RowStep"/> + c · <see cref="ColumnStep"/>.</remarks>
public readonly ref struct Matrix
{
    /// <summary>A row-major matrix whose rows follow each other.</summary>
    /// <param name="data">At least rows · columns values.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 0.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public Matrix(ReadOnlySpan<float> data, int rows, int columns)
        : this(data, rows, columns, columns)
    {
    }

    /// <summary>A row-major matrix whose rows lie <paramref name="rowStep"/> values apart.</summary>
    /// <inheritdoc cref="Matrix(ReadOnlySpan{float}, int, int)"/>
    /// <param name="data">All values, from the first to the last.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 0.</param>
    /// <param name="rowStep">Values from a row to the next, at least <paramref name="columns"/>.</param>
    public Matrix(ReadOnlySpan<float> data, int rows, int columns, int rowStep)
        : this(data, rows, columns, rowStep, 1)
    {
        MatrixTarget.Check(data.Length, rows, columns, rowStep);
    }

    private Matrix(ReadOnlySpan<float> data, int rows, int columns, int rowStep, int columnStep)
    {
        Data = data;
        Rows = rows;
        Columns = columns;
        RowStep = rowStep;
        ColumnStep = columnStep;
    }

    /// <summary>The values.</summary>
    public ReadOnlySpan<float> Data { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Values from element (r, c) to (r + 1, c).</summary>
    public int RowStep { get; }

    /// <summary>Values from element (r, c) to (r, c + 1).</summary>
    public int ColumnStep { get; }

    /// <summary>The same values with rows and columns exchanged.</summary>
    public Matrix Transposed => new(Data, Columns, Rows, ColumnStep, RowStep);
}

/// <summary>A row-major matrix to write to.</summary>
public readonly ref struct MatrixTarget
{
    /// <summary>A matrix whose rows follow each other.</summary>
    /// <inheritdoc cref="Matrix(ReadOnlySpan{float}, int, int)"/>
    public MatrixTarget(Span<float> data, int rows, int columns)
        : this(data, rows, columns, columns)
    {
    }

    /// <summary>A matrix whose rows lie <paramref name="rowStep"/> values apart.</summary>
    /// <inheritdoc cref="Matrix(ReadOnlySpan{float}, int, int, int)"/>
    public MatrixTarget(Span<float> data, int rows, int columns, int rowStep)
    {
        Check(data.Length, rows, columns, rowStep);
        Data = data;
        Rows = rows;
        Columns = columns;
        RowStep = rowStep;
    }

    /// <summary>The values.</summary>
    public Span<float> Data { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Values from a row to the next.</summary>
    public int RowStep { get; }

    internal static void Check(int length, int rows, int columns, int rowStep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowStep, columns);
        long needed = rows == 0 || columns == 0 ? 0 : (rows - 1L) * rowStep + columns;
        if (length < needed)
            throw new ArgumentException($"A ({rows}, {columns}) matrix with rows {rowStep} apart needs {needed} values; the span has {length}.");
    }
}
