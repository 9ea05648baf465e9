using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Tacit.Tests.Architecture;

/// <summary>
/// Rules 1, 2 and 8 of the determinism contract (docs/ARCHITECTURE.md): the layers whose results reach a coded bit or
/// a stored weight call nothing whose answer depends on platform, vector width, culture or process.
/// </summary>
public class DeterminismScan
{
    private static readonly string[] Layers = ["Tacit.Numerics", "Tacit.Learning", "Tacit.Coding", "Tacit.Media", "Tacit.Modeling"];

    // The only members of Math and MathF allowed: exact, or defined by IEEE 754.
    private static readonly HashSet<string> ExactMath =
    [
        "Abs", "Min", "Max", "Clamp", "Sqrt", "FusedMultiplyAdd", "BigMul", "DivRem", "Sign", "CopySign", "Floor", "Ceiling", "Round",
        "Truncate", "ThrowMinMaxException",
    ];

    private static readonly string[] BannedTypes =
    [
        "System.Random", "System.Numerics.Tensors.TensorPrimitives", "System.HashCode", "System.Globalization.CultureInfo",
        "System.Text.Rune", "System.DateTime", "System.DateTimeOffset", "System.Diagnostics.Stopwatch", "System.Guid",
        "System.Numerics.Complex", "System.Text.RegularExpressions.Regex",
    ];

    private static readonly string[] BannedMethods =
    [
        "GetHashCode", "Estimate", "ToLower", "ToUpper", "ToLowerInvariant", "ToUpperInvariant", "IsLetter", "IsDigit",
        "IsLetterOrDigit", "IsWhiteSpace", "IsPunctuation", "MultiplyAddEstimate",
    ];

    // Methods that may sort, for their order is total: no two elements are equal unless they are the same in every bit.
    private static readonly string[] Sorters =
    [
        "Tacit.Coding.FrequencyQuantiser::Share",   // whole 64-bit keys, each with the symbol's index in it
    ];

    // CsvHelper must be given a culture: it gets the one that is nobody's.
    private const string CsvReader = "Tacit.Media.Csv.CsvText::Read";

    [Fact]
    public void NothingBannedIsCalledOnACodedPath()
    {
        using AssemblyDefinition library = LibraryUnderTest.Read();
        var calls = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinition type in library.MainModule.GetTypes())
        {
            if (!Layers.Any(layer => FullNamespace(type).StartsWith(layer, StringComparison.Ordinal)))
                continue;
            foreach (MethodDefinition method in type.Methods.Where(m => m.HasBody && m.Name != "GetHashCode"))   // a record has one; who calls it is found
            {
                foreach (Instruction instruction in method.Body.Instructions)
                {
                    if (instruction.Operand is MethodReference called && !SumsIntegers(called) && !SortsByTotalOrder(method, called)
                        && !(called.Name == "get_InvariantCulture" && NameOf(method) == CsvReader)
                        && WhyBanned(called.DeclaringType.FullName, called.Name, called.Parameters.Select(p => p.ParameterType.FullName)) is { } why)
                        calls.Add($"{method.FullName} calls {called.DeclaringType.Name}.{called.Name}: {why}");
                }
            }
        }
        Assert.True(calls.Count == 0, string.Join('\n', calls));
    }

    [Theory]
    [InlineData("System.MathF", "Exp", true)]
    [InlineData("System.Math", "Pow", true)]
    [InlineData("System.Single", "Pow", true)]
    [InlineData("System.Math", "Sqrt", false)]
    [InlineData("System.MathF", "FusedMultiplyAdd", false)]
    [InlineData("System.MathF", "ReciprocalSqrtEstimate", true)]
    [InlineData("System.Runtime.Intrinsics.Vector256", "Sum", true)]
    [InlineData("System.Runtime.Intrinsics.Vector256", "MultiplyAddEstimate", true)]
    [InlineData("System.Runtime.Intrinsics.X86.Avx2", "MultiplyAddAdjacent", false, "System.Runtime.Intrinsics.Vector256`1<System.Int16>")]
    [InlineData("System.Runtime.Intrinsics.X86.Avx2", "MultiplyAddAdjacent", true, "System.Runtime.Intrinsics.Vector256`1<System.Byte>")]
    [InlineData("System.Runtime.Intrinsics.X86.Ssse3", "MultiplyAddAdjacent", true, "System.Runtime.Intrinsics.Vector128`1<System.SByte>")]
    [InlineData("System.Runtime.Intrinsics.X86.AvxVnni", "MultiplyWideningAndAddSaturate", true)]
    [InlineData("System.Runtime.Intrinsics.X86.AvxVnni", "MultiplyWideningAndAdd", false)]
    [InlineData("System.Array", "Sort", true)]
    [InlineData("System.MemoryExtensions", "Sort", true)]
    [InlineData("System.MemoryExtensions", "IndexOf", false)]
    [InlineData("System.Collections.Generic.List`1<System.Int32>", "Sort", true)]
    [InlineData("System.Collections.Generic.List`1<System.Int32>", "GetEnumerator", false)]
    [InlineData("System.Collections.Generic.Dictionary`2<System.Int32,System.Int32>", "GetEnumerator", true)]
    [InlineData("System.Collections.Generic.Dictionary`2<System.Int32,System.Int32>", "get_Values", true)]
    [InlineData("System.Collections.Generic.Dictionary`2<System.Int32,System.Int32>", "TryGetValue", false)]
    [InlineData("System.Collections.Generic.HashSet`1<System.Int32>", "GetEnumerator", true)]
    [InlineData("System.Runtime.Intrinsics.X86.Sse", "Reciprocal", true)]
    [InlineData("System.Numerics.Tensors.TensorPrimitives", "Dot", true)]
    [InlineData("System.Random", ".ctor", true)]
    [InlineData("System.Object", "GetHashCode", true)]
    [InlineData("System.Char", "IsLetter", true)]
    [InlineData("System.Span`1<System.Int32>", "Slice", false)]
    public void TheScanKnowsWhatIsBanned(string type, string member, bool banned, string parameter = "System.Int32") =>
        Assert.Equal(banned, WhyBanned(type, member, [parameter]) is not null);

    // Integer sums are the same in any order.
    private static bool SumsIntegers(MethodReference called) => called is GenericInstanceMethod { Name: "Sum" or "Dot" } generic
        && generic.GenericArguments[0].FullName is "System.Int16" or "System.UInt16" or "System.Int32" or "System.UInt32"
            or "System.Int64" or "System.UInt64";

    private static bool SortsByTotalOrder(MethodDefinition method, MethodReference called) =>
        called.Name == "Sort" && Sorters.Contains(NameOf(method));

    private static string NameOf(MethodDefinition method) => $"{method.DeclaringType.FullName}::{method.Name}";

    private static string FullNamespace(TypeDefinition type) => type.DeclaringType is { } outer ? FullNamespace(outer) : type.Namespace;

    private static bool IsGeneric(string type, string name) =>
        type.StartsWith($"System.Collections.Generic.{name}`", StringComparison.Ordinal);

    private static string? WhyBanned(string type, string member, IEnumerable<string> parameters)
    {
        // pmaddubsw and its like clip their sums of two products to 16 bits; a plain loop, or another width, does not.
        if (member is "MultiplyAddAdjacentSaturate" or "MultiplyWideningAndAddSaturate"
            || (member == "MultiplyAddAdjacent" && parameters.Any(p => p.EndsWith("Byte>", StringComparison.Ordinal))))
            return "it saturates";
        if (member == "Sort" && (type is "System.Array" or "System.MemoryExtensions" || IsGeneric(type, "List")))
            return "equal elements come out in an order that is not fixed";
        if ((IsGeneric(type, "Dictionary") || IsGeneric(type, "HashSet"))
            && (member is "GetEnumerator" or "get_Keys" or "get_Values" or "CopyTo"))
            return "its order is not fixed";
        if (type is "System.Math" or "System.MathF")
            return ExactMath.Contains(member) ? null : "the platform's own mathematics";
        if (type is "System.Single" or "System.Double" && (member is "Pow" or "Exp" or "Log" or "Log2" or "Log10" or "Sin" or "Cos"
            or "Tan" or "Tanh" or "Sinh" or "Cosh" or "Cbrt" or "Hypot" or "RootN" or "Exp2" or "ExpM1" or "LogP1" or "Atan2"))
            return "the platform's own mathematics";
        if (BannedTypes.Any(banned => type.Split('<')[0] == banned))
            return "its results are not fixed";
        if (member.EndsWith("Estimate", StringComparison.Ordinal) || BannedMethods.Contains(member))
            return "its results are not fixed";
        bool vector = type.StartsWith("System.Numerics.Vector", StringComparison.Ordinal)
            || type.StartsWith("System.Runtime.Intrinsics.Vector", StringComparison.Ordinal);
        if (vector && (member is "Sum" or "Dot" or "Exp" or "Log" or "Log2" or "Sin" or "Cos" or "SinCos" or "MaxNative" or "MinNative"))
            return "its order depends on the vector width, or it is the platform's own";
        if (type.StartsWith("System.Runtime.Intrinsics.X86", StringComparison.Ordinal)
            && (member.StartsWith("Reciprocal", StringComparison.Ordinal)))
            return "an estimate";
        return null;
    }
}
