using System.Globalization;
using Parley.Sip.Transport;
using Spectre.Console;

namespace Parley.Cli.Terminal;

/// <summary>Draws ladders: a column for each address, an arrow for each message.</summary>
internal sealed class LadderView
{
    private const int TimeWidth = 14;

    // Room for "INVITE (SDP)" and a bit of arrow, and for an IPv4 address with its port.
    private const int MinColumn = 26;

    private readonly IAnsiConsole _console;

    public LadderView(TextWriter output)
    {
        var plain = Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        // A ladder that is broken into lines is none: what is too wide is left to the terminal.
        _console.Profile.Width = short.MaxValue;
    }

    /// <summary>Draws one call.</summary>
    public void Write(Ladder ladder)
    {
        var longest = ladder.Steps.Max(step => Label(step).Length);
        var column = Math.Max(MinColumn, Math.Max(longest + 8, ladder.Participants.Max(one => one.ToString().Length) + 4));
        _console.WriteLine($"Call-ID {Printable.From(ladder.CallId)}", new Style(decoration: Decoration.Bold));
        _console.WriteLine(Heads(ladder, column));
        // What somebody sends to himself is seen twice, leaving and arriving.
        foreach (var step in ladder.Steps.Where(step => step.From != step.To || !step.IsRepeat))
            _console.WriteLine(Line(ladder, step, column), StyleOf(step.Label));
        _console.WriteLine();
    }

    /// <summary>Shows one message of a live trace.</summary>
    public void Write(TracedMessage message)
    {
        if (!Ladder.TryDescribe(message, out var callId, out var label))
            return;
        var shortId = callId.Length > 12 ? string.Concat(callId.AsSpan(0, 11), "…") : callId;
        _console.WriteLine(Printable.From($"{Time(message)} {shortId,-12} {message.Source,21} → {message.Destination,-21} {label}"), StyleOf(label));
    }

    /// <summary>Says something that is no message.</summary>
    public void WriteNote(string text) => _console.WriteLine(text, new Style(decoration: Decoration.Dim));

    private static string Heads(Ladder ladder, int column)
    {
        var line = Blank(ladder, column);
        for (var i = 0; i < ladder.Participants.Count; i++)
        {
            var name = ladder.Participants[i].ToString();
            name.CopyTo(line.AsSpan(Centre(i, column) - (name.Length / 2)));
        }

        return new string(line).TrimEnd();
    }

    private static string Line(Ladder ladder, LadderStep step, int column)
    {
        var line = Blank(ladder, column);
        Time(step.Message).CopyTo(line);
        for (var i = 0; i < ladder.Participants.Count; i++)
            line[Centre(i, column)] = '│';
        var label = Label(step);
        if (step.From == step.To)
            return $"{new string(line.AsSpan(0, Centre(step.From, column)))}⟲ {label}";
        var (left, right) = (Centre(Math.Min(step.From, step.To), column), Centre(Math.Max(step.From, step.To), column));
        line.AsSpan((left + 1)..right).Fill('─');
        if (step.From < step.To)
            line[right - 1] = '▶';
        else
            line[left + 1] = '◀';
        $" {label} ".CopyTo(line.AsSpan(left + ((right - left - label.Length - 1) / 2)));
        return new string(line).TrimEnd();
    }

    private static string Label(LadderStep step) => Printable.From(step.Label) + (step.IsRepeat ? " again" : "");

    private static string Time(TracedMessage message) => message.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static char[] Blank(Ladder ladder, int column)
    {
        var line = new char[TimeWidth + (ladder.Participants.Count * column)];
        line.AsSpan().Fill(' ');
        return line;
    }

    private static int Centre(int participant, int column) => TimeWidth + (participant * column) + (column / 2);

    private static Style StyleOf(string label) => label[0] switch
    {
        '1' => new Style(Color.Yellow),
        '2' => new Style(Color.Green),
        >= '3' and <= '6' => new Style(Color.Red),
        _ => Style.Plain,
    };
}
