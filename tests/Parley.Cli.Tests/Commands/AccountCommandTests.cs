using Parley.Cli.Terminal;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

public sealed class AccountCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_account_is_added_listed_changed_and_removed()
    {
        Assert.Equal("Added alice@parley.", await OkAsync("add", "alice", "--password", "secret", "--display-name", "Alice A."));
        Assert.Matches(@"^alice@parley  \d{4}-\d\d-\d\d \d\d:\d\d  Alice A\.$", await OkAsync("list"));
        Assert.Equal("alice@parley has a new password.", await OkAsync("passwd", "alice", "--password", "other"));
        Assert.EndsWith("Alice A.", await OkAsync("list"), StringComparison.Ordinal);
        Assert.Equal("Removed alice@parley.", await OkAsync("remove", "alice"));
        Assert.StartsWith("There are no accounts", await OkAsync("list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_for_its_owner_alone()
    {
        await OkAsync("add", "alice", "--password", "secret");
        if (OperatingSystem.IsWindows())
            return; // which has other rights
        foreach (var file in Directory.EnumerateFiles(_folder))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_domain_is_that_of_the_file_unless_one_is_given()
    {
        var config = Path.Combine(_folder, "parley.json");
        await File.WriteAllTextAsync(config, """{ "domains": ["example.com", "example.org"] }""");
        Assert.Equal("Added alice@example.com.", await OkAsync("add", "alice", "--password", "secret", "--config", config));
        Assert.Equal("Added alice@example.org.", await OkAsync("add", "alice", "--password", "secret", "--config", config, "--realm", "Example.org"));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "is the extension tone-N, which goes before accounts", "add", "tone-5", "--password", "x")]
    [InlineData(ExitCode.Usage, "is no name of an account", "add", "alice@example.com", "--password", "x")]
    [InlineData(ExitCode.Usage, "needs a password", "add", "bob", "--password", "")]
    [InlineData(ExitCode.Failure, "There is an account alice@parley already", "add", "alice", "--password", "x")]
    [InlineData(ExitCode.Failure, "There is no account alcie@parley; did you mean 'alice'?", "remove", "alcie")]
    [InlineData(ExitCode.Failure, "There is no account alcie@parley; did you mean 'alice'?", "passwd", "alcie", "--password", "x")]
    public async Task A_mistake_is_one_line(int code, string message, params string[] arguments)
    {
        await OkAsync("add", "alice", "--password", "secret");
        var run = await RunAsync(arguments);
        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Trim().Split('\n'));
    }

    [Fact]
    public void A_password_is_the_first_line_of_what_comes_in()
    {
        using var input = new StringReader("secret\nnot this");
        Assert.Equal("secret", PasswordPrompt.ReadLine(input));
        using var nothing = new StringReader("\n");
        Assert.Throws<CommandException>(() => PasswordPrompt.ReadLine(nothing));
    }

    private async Task<string> OkAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
        return run.Output.Trim();
    }

    private Task<ParleyCli> RunAsync(string[] arguments) => ParleyCli.RunAsync(["account", .. arguments, "--data", _folder]);
}
