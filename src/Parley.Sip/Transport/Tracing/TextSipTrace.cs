using System.Globalization;
using System.Text;

namespace Parley.Sip.Transport;

/// <summary>Writes every message as text, under a line that says when, over what, which way and how long.</summary>
/// <remarks>
/// Messages carry telephone numbers, and credentials as digests: a trace is as confidential as the calls.
/// </remarks>
public sealed class TextSipTrace : ISipTrace
{
    private readonly TextWriter _writer;
    private readonly Lock _gate = new();

    /// <summary>Creates a trace that writes to <paramref name="writer"/>, which stays the caller's and should be buffered.</summary>
    public TextSipTrace(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <inheritdoc/>
    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        var arrow = direction == TraceDirection.Received ? "<-" : "->";
        var path = $"{flow.Transport.UriToken()} {flow.Channel.LocalFor(flow.Remote)} {arrow} {flow.Remote}";
        var head = string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} {path} {message.Length} bytes");
        var text = Encoding.UTF8.GetString(message);
        lock (_gate)
        {
            _writer.WriteLine(head);
            _writer.WriteLine(text);
        }
    }
}
