using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary>A server whose file changes while it runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;

    private string Config => Path.Combine(_folder, "parley.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_the_file_says_counts_when_it_has_changed_and_a_mistake_changes_nothing()
    {
        await WriteAsync("");
        await using var server = ParleyCli.Start("serve", "--config", Config);
        var address = (await server.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
        await server.LineAsync("Ready");
        await using var call = ParleyCli.Start("call", $"sip:echo@{address}");
        await call.LineAsync("answered");

        await WriteAsync(""", "routes": [{ "pattern": "0*", "trunks": "carrier" }]""");
        Assert.EndsWith("'routes[0].trunks' names 'carrier', which is no trunk; there is none in 'trunks'.", await server.LineAsync("settings stay as they were"), StringComparison.Ordinal);
        await WriteAsync(""", "limits": { "ring": "20s" }""");
        Assert.EndsWith("settings are read again and count", await server.LineAsync("settings are read again"), StringComparison.Ordinal);
        await WriteAsync(""", "media": "direct", "limits": { "ring": "21s" }""");
        await server.LineAsync("settings are read again and count, but not media before the next start");

        await call.InterruptAsync();
        Assert.Equal((0, ""), ((await call.EndAsync()).ExitCode, (await call.EndAsync()).Errors));
    }

    private Task WriteAsync(string more) => File.WriteAllTextAsync(
        Config, $$"""{ "sip": "udp:127.0.0.1:0", "http": "off", "data": {{System.Text.Json.JsonSerializer.Serialize(_folder)}}{{more}} }""");
}
