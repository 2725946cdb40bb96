using System.CommandLine;
using System.Globalization;
using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Phones;
using Parley.Cli.Terminal;
using Parley.Services.Accounts;

namespace Parley.Cli.Commands;

/// <summary><c>parley account</c>: who may register and call. A running server sees a change within a second.</summary>
internal sealed class AccountCommand : Command
{
    private readonly Option<string?> _data = new("--data") { HelpName = "DIR", Description = "Folder the accounts are in [default: parley-data]", Recursive = true };

    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE", Description = "parley.json of the server: its data folder, database and domain", Recursive = true,
    };

    private readonly Option<string?> _realm = new("--realm")
    {
        HelpName = "DOMAIN", Description = $"Domain of the account [default: the first of parley.json, else {PhoneSettings.DefaultDomain}]", Recursive = true,
    };

    private readonly Option<string?> _password = new("--password") { HelpName = "PASSWORD", Description = "Its password [default: asked for, or the first line of standard input]" };

    private readonly Option<string?> _displayName = new("--display-name") { HelpName = "TEXT", Description = "Name shown to those it calls" };

    private readonly Argument<string> _name = new("NAME") { Description = "Name of the account: what is dialled, and what the phone registers as" };

    public AccountCommand()
        : base("account", """
            Adds, lists and removes the accounts of a server, running or not.

            Examples:
              parley account add alice
              parley account add bob --display-name "Bob Example" --data /var/lib/parley
              echo secret | parley account passwd alice
              parley account remove alice
            """)
    {
        foreach (var option in (Option[])[_data, _config, _realm])
            Options.Add(option);
        Subcommands.Add(Make("add", "Adds an account", AddAsync, _name, _password, _displayName));
        Subcommands.Add(Make("passwd", "Gives an account a new password", ChangePasswordAsync, _name, _password));
        Subcommands.Add(Make("remove", "Removes an account", RemoveAsync, _name));
        Subcommands.Add(Make("list", "Lists the accounts", ListAsync, null));
    }

    private Command Make(string name, string summary, Func<ParseResult, IAccountStore, CancellationToken, Task> run, Argument<string>? argument, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, summary);
        if (argument is not null)
            command.Arguments.Add(argument);
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var storage = await PhoneStorage.OpenAccountsAsync(Settings(parsed), cancel);
            await run(parsed, storage.Accounts, cancel);
            return ExitCode.Success;
        });
        return command;
    }

    private async Task AddAsync(ParseResult parsed, IAccountStore accounts, CancellationToken cancel)
    {
        var (name, realm) = Who(parsed);
        if (ExtensionTable.TryFind(name, out var extension, out _))
            throw CommandException.Usage($"'{name}' is the extension {extension.Pattern}, which goes before accounts; choose another name.");
        if (await accounts.FindAsync(name, realm, cancel) is not null)
            throw Exists(name, realm);
        var account = Account.Create(name, realm, NewPassword(parsed, name), parsed.GetValue(_displayName));
        if (!await accounts.AddAsync(account, cancel))
            throw Exists(name, realm);
        Output(parsed).WriteLine($"Added {account}.");
    }

    private async Task ChangePasswordAsync(ParseResult parsed, IAccountStore accounts, CancellationToken cancel)
    {
        var (name, realm) = Who(parsed);
        var old = await accounts.FindAsync(name, realm, cancel) ?? throw await UnknownAsync(accounts, name, realm, cancel);
        var account = Account.Create(name, realm, NewPassword(parsed, name), old.DisplayName);
        if (!await accounts.ReplaceAsync(account, cancel))
            throw await UnknownAsync(accounts, name, realm, cancel);
        Output(parsed).WriteLine($"{account} has a new password.");
    }

    private async Task RemoveAsync(ParseResult parsed, IAccountStore accounts, CancellationToken cancel)
    {
        var (name, realm) = Who(parsed);
        if (!await accounts.RemoveAsync(name, realm, cancel))
            throw await UnknownAsync(accounts, name, realm, cancel);
        Output(parsed).WriteLine($"Removed {name}@{realm}.");
    }

    private async Task ListAsync(ParseResult parsed, IAccountStore accounts, CancellationToken cancel)
    {
        var all = await accounts.ListAsync(parsed.GetValue(_realm)?.ToLowerInvariant(), cancel);
        if (all.Count == 0)
            Output(parsed).WriteLine("There are no accounts; 'parley account add NAME' adds one.");
        var width = all.Count == 0 ? 0 : all.Max(one => one.Name.Length + one.Realm.Length + 1);
        foreach (var one in all)
        {
            var changed = one.Changed.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            Output(parsed).WriteLine($"{$"{one.Name}@{one.Realm}".PadRight(width)}  {changed}  {one.DisplayName}".TrimEnd());
        }
    }

    private static TextWriter Output(ParseResult parsed) => parsed.InvocationConfiguration.Output;

    private string NewPassword(ParseResult parsed, string name) =>
        parsed.GetValue(_password) switch
        {
            null => PasswordPrompt.ReadNew(name),
            "" => throw CommandException.Usage("--password: an account needs a password."),
            var given => given,
        };

    private (string Name, string Realm) Who(ParseResult parsed)
    {
        var name = parsed.GetValue(_name)!;
        if (name.Length is 0 or > 64 || name.Contains('@', StringComparison.Ordinal))
            throw CommandException.Usage($"'{name}' is no name of an account; write alice, and its domain with --realm.");
        return (name, (parsed.GetValue(_realm) ?? Settings(parsed).Phones.Domain).ToLowerInvariant());
    }

    private ServeSettings Settings(ParseResult parsed)
    {
        var file = parsed.GetValue(_config) is { } path ? SettingsFile.Read(path) : new ServeSettings();
        return new ServeSettings { Data = parsed.GetValue(_data) }.Over(file);
    }

    private static CommandException Exists(string name, string realm) =>
        new($"There is an account {name}@{realm} already; 'parley account passwd {name}' gives it a new password.");

    private static async Task<CommandException> UnknownAsync(IAccountStore accounts, string name, string realm, CancellationToken cancel)
    {
        var names = (await accounts.ListAsync(realm, cancel)).Select(one => one.Name);
        return new($"There is no account {name}@{realm}{(Nearest.To(name, names) is { } near ? $"; did you mean '{near}'?" : "; 'parley account list' shows all.")}");
    }
}
