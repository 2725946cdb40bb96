using System.Net;
using System.Text.Json;
using Parley.Cli.Terminal;
using Parley.Cli.Tests.Support;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary>Records of calls, sent where the file of <c>serve</c> says.</summary>
public sealed class RecordServeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-records-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("POST", """ "http": { "url": "URL", "headers-env": { "X-Key": "PARLEY_TEST_STORE_SECRET" } } """)]
    [InlineData("PUT", """ "s3": { "bucket": "calls", "endpoint": "URL", "access-key": "parley", "secret-key-env": "PARLEY_TEST_STORE_SECRET", "root": "own" } """)]
    public async Task A_call_that_is_over_is_sent_to_the_files_target(string method, string target)
    {
        Environment.SetEnvironmentVariable("PARLEY_TEST_STORE_SECRET", "hush-0123456789");
        var url = $"http://127.0.0.1:{Hook.FreePort()}/";
        using var store = new HttpListener { Prefixes = { url } };
        store.Start();
        var coming = store.GetContextAsync();
        var config = Path.Combine(_folder, "parley.json");
        await File.WriteAllTextAsync(config, $$"""{ "voice": { "records": { "folder": {{JsonSerializer.Serialize(Path.Combine(_folder, "records"))}}, {{target.Replace("URL", url.TrimEnd('/'), StringComparison.Ordinal)}} } } }""");
        await using var server = ParleyCli.Start(
            "serve", "--sip", "udp:127.0.0.1:0", "--http", "127.0.0.1:0", "--call-api", "off", "--media-ports", "25700-25799", "--data", _folder, "--config", config);
        await server.LineAsync("Ready");
        await using (var agent = await AgentSocket.ConnectAsync((await server.LineAsync("Agents")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd(',') + "?id=mine"))
        {
            await agent.SendAsync("""{"command":"invite","option":{"callee":"echo"}}""");
            await agent.UntilAsync("answer");
            await agent.SendAsync("""{"command":"hangup"}""");
            await agent.UntilAsync("hangup");
        }

        var sent = await coming.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(method, sent.Request.HttpMethod);
        using (var reader = new StreamReader(sent.Request.InputStream))
            Assert.Contains("\"callId\":\"mine\"", (await reader.ReadToEndAsync()).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        if (method == "POST")
        {
            Assert.Equal("hush-0123456789", sent.Request.Headers["X-Key"]);
        }
        else
        {
            Assert.Matches(@"^/calls/own/\d{8}/\d{8}-\d{6}_mine\.json$", sent.Request.Url!.AbsolutePath);
            Assert.StartsWith("AWS4-HMAC-SHA256 Credential=parley/", sent.Request.Headers["Authorization"], StringComparison.Ordinal);
        }

        sent.Response.Close();
        await server.InterruptAsync();
        var run = await server.EndAsync();
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.DoesNotContain("hush", run.Output + run.Errors, StringComparison.Ordinal);
    }
}
