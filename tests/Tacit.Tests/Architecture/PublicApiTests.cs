using System.Reflection;
using System.Text;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Architecture;

/// <summary>The public API is a reviewed text file: docs/PublicApi.txt. Set TACIT_UPDATE=1 to write it anew.</summary>
public class PublicApiTests
{
    [Fact]
    public void ThePublicApiIsTheReviewedOne()
    {
        string file = Path.Combine(Repository.Root, "docs", "PublicApi.txt");
        string actual = Describe(typeof(TacitStream).Assembly);
        if (Environment.GetEnvironmentVariable("TACIT_UPDATE") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    [Fact]
    public void ANameIsOneTypesOnlySoThatAllNamespacesCanBeImported()
    {
        IEnumerable<string> shared = typeof(TacitStream).Assembly.GetExportedTypes().Where(t => !t.IsNested)
            .GroupBy(t => t.Name).Where(g => g.Count() > 1).Select(g => string.Join(" and ", g.Select(t => t.FullName)));
        Assert.Empty(shared);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(KindOf(type)).Append(' ').Append(Name(type)).Append('\n');
            const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (string member in type.GetMembers(Declared).Where(m => !IsGenerated(m)).Select(Signature).OfType<string>().Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsValueType ? (type.IsByRefLike ? "ref struct" : "struct")
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsSealed ? "sealed class" : type.IsAbstract ? "abstract class" : "class";

    // What the compiler adds to a record says nothing that "record" does not.
    private static bool IsGenerated(MemberInfo member) =>
        member is MethodInfo && member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), false);

    private static string? Signature(MemberInfo member) => member switch
    {
        MethodInfo m when Visible(m) && !m.IsSpecialName => $"{Static(m)}{Name(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
        ConstructorInfo c when Visible(c) => $"{Name(c.DeclaringType!)}({Parameters(c)})",
        PropertyInfo p when p.GetAccessors(true).Any(Visible) =>
            $"{Static(p.GetAccessors(true)[0])}{Name(p.PropertyType)} {p.Name} {{ {string.Concat(p.GetAccessors(true).Where(Visible).Select(a => a.Name[..3] + "; "))}}}",
        FieldInfo { IsLiteral: true } f when f.IsPublic => $"const {Name(f.FieldType)} {f.Name} = {f.GetRawConstantValue()}",
        FieldInfo f when f.IsPublic && !f.IsSpecialName => $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
        _ => null,
    };

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? (p.IsIn ? "in " : "ref ") : "")}{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter || type.Namespace?.StartsWith("Tacit", StringComparison.Ordinal) != true)
            return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
        return type.FullName!.Replace('+', '.');
    }
}
