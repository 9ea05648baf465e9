using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Tacit.Tests.Architecture;

/// <summary>A layer imports only those above it in the map of docs/ARCHITECTURE.md. Reads the compiled library.</summary>
public class LayerTests
{
    // From the top; a layer may use any before it, and Coding and Media are told apart by the next list.
    private static readonly string[] Layers = ["Numerics", "Learning", "Coding", "Media", "Modeling", "Compression", "Reports"];

    private static readonly (string Layer, string MustNotKnow)[] Strangers =
        [("Coding", "Learning"), ("Media", "Learning"), ("Media", "Coding")];

    [Fact]
    public void EveryTypeLivesInALayer()
    {
        using AssemblyDefinition library = LibraryUnderTest.Read();
        Assert.Empty(library.MainModule.GetTypes().Where(t => IsOurs(t) && LayerOf(t) < 0).Select(t => t.FullName));
    }

    [Fact]
    public void NoLayerImportsOneBelowIt()
    {
        using AssemblyDefinition library = LibraryUnderTest.Read();
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinition type in library.MainModule.GetTypes().Where(IsOurs))
        {
            foreach (TypeReference used in UsedBy(type).Where(IsOurs))
            {
                if (!Allowed(LayerOf(type), LayerOf(used)))
                    wrong.Add($"{type.FullName} uses {used.FullName}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheCheckFindsAWrongImport()
    {
        Assert.False(Allowed(Array.IndexOf(Layers, "Coding"), Array.IndexOf(Layers, "Compression")));
        Assert.False(Allowed(Array.IndexOf(Layers, "Media"), Array.IndexOf(Layers, "Coding")));
        using AssemblyDefinition library = LibraryUnderTest.Read();
        TypeDefinition worker = library.MainModule.GetType("Tacit.Compression.Blocks.BlockWorker");
        Assert.Contains("Tacit.Compression.Container.Crc32C", UsedBy(worker).Select(t => t.FullName));
    }

    private static bool Allowed(int layer, int used) => used <= layer
        && !Strangers.Contains((Layers[layer], Layers[used]));

    private static bool IsOurs(TypeReference type) => type.Namespace.StartsWith("Tacit", StringComparison.Ordinal)
        || (type.DeclaringType is { } outer && IsOurs(outer));

    private static int LayerOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        string[] parts = type.Namespace.Split('.');
        return parts.Length < 2 ? -1 : Array.IndexOf(Layers, parts[1]);
    }

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        var used = new List<TypeReference?> { type.BaseType };
        used.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        used.AddRange(type.Fields.Select(f => f.FieldType));
        used.AddRange(type.CustomAttributes.Select(a => a.AttributeType));
        foreach (MethodDefinition method in type.Methods)
        {
            used.Add(method.ReturnType);
            used.AddRange(method.Parameters.Select(p => p.ParameterType));
            used.AddRange(method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
            if (!method.HasBody)
                continue;
            used.AddRange(method.Body.Variables.Select(v => v.VariableType));
            used.AddRange(method.Body.ExceptionHandlers.Select(h => h.CatchType));
            foreach (Instruction instruction in method.Body.Instructions)
            {
                used.Add(instruction.Operand switch
                {
                    MethodReference m => m.DeclaringType,
                    FieldReference f => f.DeclaringType,
                    TypeReference t => t,
                    _ => null,
                });
            }
        }
        return used.OfType<TypeReference>().SelectMany(Parts);
    }

    // A List<Foo[]> uses List and Foo.
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        FunctionPointerType pointer => pointer.Parameters.SelectMany(p => Parts(p.ParameterType)).Concat(Parts(pointer.ReturnType)),
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        GenericParameter => [],
        _ => [type],
    };
}
