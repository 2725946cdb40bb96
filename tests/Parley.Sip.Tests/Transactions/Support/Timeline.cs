using Parley.Net;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>What happened, one line each: the milliseconds since the start, and what.</summary>
internal sealed class Timeline(VirtualNetwork network)
{
    private readonly List<string> _lines = [];

    public bool IsRecording { get; set; } = true;

    public void Add(string what)
    {
        if (IsRecording)
            _lines.Add($"{network.Clock.Elapsed.TotalMilliseconds:0} {what}");
    }

    /// <summary>Compares everything since the last call with the lines given.</summary>
    public void Shows(string expected)
    {
        var actual = string.Join('\n', _lines);
        _lines.Clear();
        Assert.Equal(expected.ReplaceLineEndings("\n"), actual);
    }

    public void Clear() => _lines.Clear();
}
