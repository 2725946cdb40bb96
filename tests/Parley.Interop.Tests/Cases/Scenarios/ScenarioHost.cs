using System.Diagnostics.CodeAnalysis;
using Parley.Interop.Tests.Harness;
using Parley.Testing.Http;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;

namespace Parley.Interop.Tests.Cases.Scenarios;

/// <summary>Runs the scripts in tests/scenarios and samples/scenarios as <c>parley test</c> does, against whatever a test has set up.</summary>
internal static class ScenarioHost
{
    public static string Samples => Path.Combine(Repository.Root, "samples", "scenarios");

    public static string Folder(string name) => Path.Combine(Repository.Root, "tests", "scenarios", name);

    /// <summary>Runs scripts with these variables and expects that nothing fails.</summary>
    public static async Task AssertPassesAsync(string path, string? localDomain, params (string Name, string Value)[] variables)
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.File("test.env"), variables.Select(one => $"{one.Name}={one.Value}"));
        var log = new StringWriter();
        var options = new ScenarioRunOptions
        {
            FrontEnds = [new RhaiFrontEnd()],
            EnvironmentFiles = [folder.File("test.env")],
            LocalDomain = localDomain,
            Agents = new() { BindHost = "127.0.0.1" },
            TimeLimit = TimeSpan.FromMinutes(2),
        };
        var result = await new ScenarioRunner(options).RunAsync([path], [new LogReport(log)]);
        Assert.True(result.IsSuccess, $"{result.Fault}\n{log}");
        Assert.True(result.Passed > 0, $"nothing ran\n{log}");
    }
}

/// <summary>A phone whose user does what a script asks for over HTTP.</summary>
internal sealed class HandledPhone(Baresip phone, MockServer server, ScenarioContext context) : IAsyncDisposable
{
    public string Url => server.Url;

    [SuppressMessage("Reliability", "CA2000", Justification = "The phone has both, and ends them.")]
    public static async Task<HandledPhone> StartAsync(LocalServer registrar)
    {
        var phone = await Baresip.StartAsync(new() { Answer = "manual", Account = new("phone", registrar.Domain) });
        var context = new ScenarioContext(new() { Name = "phone", File = "/tmp/phone" });
        var server = await context.StartMockServerAsync();
        Does("accept", phone.AcceptAsync);
        Does("hangup", phone.HangUpAsync);
        Does("hold", phone.HoldAsync);
        Does("resume", phone.ResumeAsync);
        Does("dial", () => phone.StartDialAsync($"sip:alice@{registrar.Domain}"));
        Does("hears", () => phone.AssertHearsAsync(440));
        Does("transfer", () => phone.TransferAsync($"sip:bob@{registrar.Domain}"));
        return new(phone, server, context);

        void Does(string word, Func<Task> action) => server.On("POST", "/" + word, async (_, _) =>
        {
            await action();
            return new MockAnswer();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        await phone.DisposeAsync();
    }
}
