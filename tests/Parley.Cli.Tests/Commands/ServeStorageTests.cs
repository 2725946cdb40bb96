using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

public sealed class ServeStorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_a_place_for_accounts_the_extensions_are_served_all_the_same()
    {
        var notAFolder = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(notAFolder, "");
        await using var server = ParleyCli.Start("serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--data", Path.Combine(notAFolder, "data"));
        await server.LineAsync("No accounts, so no phone can register");
        var address = (await server.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
        await server.LineAsync("Ready");
        Assert.Equal(0, (await ParleyCli.RunAsync("call", $"sip:echo@{address}", "--duration", "200ms")).ExitCode);
        Assert.Contains("401", (await ParleyCli.RunAsync("register", $"sip:alice@{address}", "--user", "alice", "--password", "x", "--once")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_registers_with_an_account_that_was_added_meanwhile_and_is_there_after_a_restart()
    {
        string address;
        await using (var server = Start())
        {
            address = (await server.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
            await server.LineAsync("Ready");
            Assert.Equal(1, (await RegisterAsync(address)).ExitCode);
            Assert.Equal(0, (await ParleyCli.RunAsync("account", "add", "alice", "--password", "secret", "--data", _folder)).ExitCode);
            // It counts within a second, on a machine that has nothing else to do.
            for (var tries = 1; (await RegisterAsync(address)).ExitCode != 0; tries++)
            {
                Assert.True(tries < 100, "the server does not see an account that was added while it ran");
                await Task.Delay(100);
            }
        }

        await using var again = Start();
        address = (await again.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
        await again.LineAsync("Ready");
        Assert.Equal(0, (await RegisterAsync(address)).ExitCode);
    }

    private ParleyCli.RunningCli Start() => ParleyCli.Start("serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--data", _folder);

    private static Task<ParleyCli> RegisterAsync(string address) =>
        ParleyCli.RunAsync("register", $"sip:alice@{address}", "--user", "alice", "--password", "secret", "--once");
}
