using System.CommandLine;
using Tacit.Compression;

namespace Tacit.Cli.Commands;

/// <summary>tacit selftest: the digests that must be the same on every machine.</summary>
internal static class SelfTestCommand
{
    private const string Help = """
        usage: tacit selftest

        Computes digests of what coding is made of, prints 'name hex' for each, and says whether
        they are what they are everywhere: then files written here decode on other machines.
        """;

    public static Command Create()
    {
        var command = new Command("selftest", Help);
        command.SetAction((_, cancellationToken) => Task.FromResult(Run(cancellationToken)));
        return command;
    }

    private static int Run(CancellationToken cancellationToken)
    {
        int count = 0, wrong = 0;
        foreach (SelfTestResult result in SelfTest.Run())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Console.WriteLine($"{result.Name} {result.Actual}{(result.Passed ? "" : $" (should be {result.Expected})")}");
            count++;
            wrong += result.Passed ? 0 : 1;
        }
        Console.WriteLine(wrong == 0
            ? $"This machine keeps the promise: {count} of {count} digests are as everywhere."
            : $"This machine does NOT keep the promise: {wrong} of {count} digests differ. Do not use files written here elsewhere.");
        return wrong == 0 ? ExitCode.Success : ExitCode.Error;
    }
}
