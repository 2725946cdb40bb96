using System.Text;

namespace Parley.Cli.Terminal;

/// <summary>Asks for a password where it is not to be seen: on the terminal without echo, twice; from standard input, the first line, when that is no terminal.</summary>
internal static class PasswordPrompt
{
    /// <summary>Asks for a new password.</summary>
    /// <param name="whose">Whose it will be.</param>
    /// <exception cref="CommandException">There is none, or the two are not the same.</exception>
    public static string ReadNew(string whose)
    {
        if (Console.IsInputRedirected)
            return ReadLine(Console.In);
        var password = ReadHidden($"Password for {whose}: ");
        if (password.Length == 0)
            throw NoPassword();
        return ReadHidden("Once more: ") == password ? password : throw CommandException.Usage("The two passwords are not the same; nothing was changed.");
    }

    /// <summary>The first line of what comes in.</summary>
    /// <exception cref="CommandException">It is empty.</exception>
    public static string ReadLine(TextReader input) => input.ReadLine() is { Length: > 0 } line ? line : throw NoPassword();

    private static CommandException NoPassword() => CommandException.Usage("An account needs a password: type it, give it as the first line of standard input, or with --password.");

    private static string ReadHidden(string prompt)
    {
        // Not where results go, which may be a file.
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key != ConsoleKey.Backspace && !char.IsControl(key.KeyChar))
                text.Append(key.KeyChar);
            else if (key.Key == ConsoleKey.Backspace && text.Length > 0)
                text.Length--;
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
