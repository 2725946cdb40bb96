using System.Diagnostics;
using Parley.Samples.Tests.Support;
using Xunit;

namespace Parley.Samples.Tests;

/// <summary>What every sample file has to be.</summary>
public class SampleFileTests
{
    public static TheoryData<string> Names => [.. Directory.GetFiles(Repository.Samples, "*.cs").Select(Path.GetFileNameWithoutExtension).Order().OfType<string>()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_short_says_how_to_run_it_and_names_the_library(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Samples, name + ".cs"));
        Assert.InRange(lines.Length, 1, 60);
        Assert.StartsWith("// ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith($"// dotnet run samples/{name}.cs -- [", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("#:project ../src/Parley", StringComparison.Ordinal));
        Assert.Contains("#:property PublishAot=false", lines);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_index_names_every_sample(string name) =>
        Assert.Contains($"[{name}.cs]({name}.cs)", File.ReadAllText(Path.Combine(Repository.Samples, "README.md")), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_test_runs_every_sample(string name) =>
        Assert.Contains(
            Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Parley.Samples.Tests"), "*SampleTests.cs"),
            tests => File.ReadAllText(tests).Contains($"SampleProcess.Start(\"{name}\"", StringComparison.Ordinal));

    [Fact]
    public void Getting_started_shows_what_the_samples_say()
    {
        var samples = Directory.GetFiles(Repository.Samples, "*.cs").Select(File.ReadAllText).ToList();
        var snippets = File.ReadAllText(Path.Combine(Repository.Root, "docs", "getting-started.md")).Split("```csharp\n").Skip(1).Select(s => s[..s.IndexOf("\n```", StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(snippets);
        Assert.All(snippets, snippet => Assert.Contains(samples, sample => sample.Contains(snippet, StringComparison.Ordinal)));
    }

    // All others are compiled as this one is, but faster.
    [Fact]
    public async Task A_sample_runs_by_the_command_it_names()
    {
        await using var phone = await Phone.StartAsync();
        var start = new ProcessStartInfo("dotnet", ["run", Path.Combine(Repository.Samples, "options.cs"), "--", $"sip:{phone.Address()}"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        using var run = Process.Start(start)!;
        var output = await run.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(3));
        Assert.Contains("200 OK after", output, StringComparison.Ordinal);
        await run.WaitForExitAsync();
        Assert.Equal(0, run.ExitCode);
    }
}
