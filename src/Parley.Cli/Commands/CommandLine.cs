using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Security.Authentication;
using System.Security.Cryptography;
using Parley.Cli.Terminal;

namespace Parley.Cli.Commands;

/// <summary>From the arguments to an exit code. Whatever goes wrong is one line on standard error.</summary>
internal static class CommandLine
{
    private const string Name = "parley";

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="output">Results.</param>
    /// <param name="errors">What went wrong.</param>
    /// <param name="interrupt">Fires when the user asks for an end.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, CancellationToken interrupt)
    {
        var root = Create();
        var parsed = root.Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0)
        {
            Tell(errors, $"{parsed.Errors[0].Message.TrimEnd('.')}; '{HelpOf(parsed.CommandResult)}' shows what there is.");
            return ExitCode.Usage;
        }

        try
        {
            // Signals and exceptions are handled here and in Interrupt.
            var configuration = new InvocationConfiguration
            {
                Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(configuration, interrupt);
            return arguments.Length == 0 ? ExitCode.Usage : code;
        }
        catch (CommandException e)
        {
            Tell(errors, e.Message);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            Tell(errors, e.Message);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or AuthenticationException
            or System.Net.Sockets.SocketException or HttpRequestException or CallMediaException or InvalidDataException)
        {
            Tell(errors, e.Message);
            return ExitCode.Failure;
        }
        catch (Exception e) // the process ends here: whoever typed the command gets a line, not a stack
        {
            Tell(errors, $"a fault of parley itself: {e.GetType().Name}: {e.Message}");
            return ExitCode.Fault;
        }
    }

    // Not a RootCommand: that takes its name from the file of the assembly.
    private static Command Create() => new(Name, "Programmable SIP voice: serves calls, makes them, and shows what went over the wire.")
    {
        new ServeCommand(), new AccountCommand(), new CallCommand(), new RegisterCommand(), new OptionsCommand(), new TraceCommand(), new TestCommand(), new LoadCommand(),
        new ApiCommand(), new HelpOption(), new VersionOption(),
    };

    private static string HelpOf(CommandResult result) => $"{PathOf(result)} --help";

    private static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : Name;

    // Some messages of the platform have a second line, e.g. the parameter's name.
    private static void Tell(TextWriter errors, string message) => errors.WriteLine($"parley: {message.ReplaceLineEndings(" ")}");
}
