using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Monitoring;
using Parley.Cli.Terminal;
using Parley.Sip.Transport;

namespace Parley.Cli.Commands;

/// <summary><c>parley trace</c>.</summary>
internal sealed class TraceCommand : Command
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne, Description = "A pcap file, of 'serve --trace' or of tcpdump and Wireshark",
    };

    private readonly Option<string?> _live = new("--live", "--listen")
    {
        HelpName = "HOST:PORT",
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"Watch a running 'serve' at its --http address [default: {ServeSettings.DefaultHttp}]",
    };

    public TraceCommand()
        : base("trace", """
            Shows SIP messages as a ladder: of every call in a file, or one by one while a server runs.

            Examples:
              parley trace calls.pcap
              parley trace --live
              parley trace --live 127.0.0.1:8081
            """)
    {
        Arguments.Add(_file);
        Options.Add(_live);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var view = new LadderView(parsed.InvocationConfiguration.Output);
        var live = parsed.GetResult(_live) is not null;
        switch (parsed.GetValue(_file))
        {
            case null when live:
                await WatchAsync(parsed.GetValue(_live) ?? ServeSettings.DefaultHttp, view, interrupt);
                return ExitCode.Success;
            case { } file when !live:
                return Show(file, view);
            default:
                throw CommandException.Usage("Name either a pcap file, or --live for a running server.");
        }
    }

    private static int Show(string file, LadderView view)
    {
        using var stream = File.OpenRead(file);
        try
        {
            var ladders = Ladder.Build(PcapReader.Read(stream));
            foreach (var ladder in ladders)
                view.Write(ladder);
            return ladders.Count > 0 ? ExitCode.Success : throw new CommandException($"{file}: no SIP message in it.");
        }
        catch (InvalidDataException e)
        {
            throw new CommandException($"{file}: {e.Message}");
        }
    }

    private static async Task WatchAsync(string address, LadderView view, CancellationToken interrupt)
    {
        var url = new Uri($"http://{ServeSettings.ParseHttp(address)}/trace");
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var stream = new StreamReader(await http.GetStreamAsync(url, interrupt));
            view.WriteNote($"watching {url.Authority}; Ctrl-C ends");
            while (await stream.ReadLineAsync(interrupt) is { } line)
            {
                if (TraceEvent.Read(line) is { } message)
                    view.Write(message);
            }
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"{url.Authority}: {e.Message} Is 'parley serve' running there, with --http?");
        }
        catch (IOException) when (!interrupt.IsCancellationRequested)
        {
            view.WriteNote("the server has ended");
        }
    }
}
