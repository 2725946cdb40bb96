namespace Parley.Interop.Tests.Harness;

/// <summary>One run of the `parley` program from start to end.</summary>
internal sealed record ParleyCommand(int ExitCode, string Output)
{
    public static ChildProcess Start(params string[] arguments) => ChildProcess.Start("dotnet", [Repository.ParleyDll, .. arguments]);

    public static async Task<ParleyCommand> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        var code = await process.WaitForExitAsync(TimeSpan.FromSeconds(90));
        return new(code, process.Output);
    }

    public void AssertExit(int expected)
        => Assert.True(ExitCode == expected, $"parley ended with {ExitCode} instead of {expected}; it wrote:\n{Output}");
}
