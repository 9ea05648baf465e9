using Mono.Cecil;
using Tacit.Compression;

namespace Tacit.Tests.Architecture;

/// <summary>The compiled library, for tests that read it.</summary>
internal static class LibraryUnderTest
{
    public static AssemblyDefinition Read() => AssemblyDefinition.ReadAssembly(typeof(TacitStream).Assembly.Location);
}
