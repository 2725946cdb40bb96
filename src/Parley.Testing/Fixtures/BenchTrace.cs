using System.Text;
using Parley.Sip.Transport;

namespace Parley.Testing.Fixtures;

/// <summary>What all on a bench said to each other, each message once: who sends and who receives both sit here.</summary>
internal sealed class BenchTrace : ISipTrace
{
    // A test that says more has said enough by then.
    private const int MaxMessages = 20_000;

    private readonly Lock _gate = new();
    private readonly List<TracedMessage> _messages = [];
    private readonly HashSet<UInt128> _sent = [];

    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        var local = flow.Channel.LocalFor(flow.Remote);
        var (from, to) = direction == TraceDirection.Received ? (flow.Remote, local) : (local, flow.Remote);
        Span<byte> digest = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(message, digest);
        var mark = BitConverter.ToUInt128(digest);
        lock (_gate)
        {
            if (direction == TraceDirection.Sent)
                _sent.Add(mark);
            else if (_sent.Contains(mark))
                return;
            if (_messages.Count < MaxMessages)
                _messages.Add(new TracedMessage(time, from, to, message.ToArray()));
        }
    }

    /// <summary>Writes the arrows and the messages.</summary>
    public void Write(string path)
    {
        TracedMessage[] messages;
        lock (_gate)
            messages = [.. _messages];
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            if (Ladder.TryDescribe(message, out var callId, out var label))
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{message.Time:HH:mm:ss.fff} {message.Source} -> {message.Destination} {label}  [{callId}]").Append('\n');
        }

        text.Append('\n');
        foreach (var message in messages)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"---- {message.Time:HH:mm:ss.fff} {message.Source} -> {message.Destination}").Append('\n')
                .Append(Encoding.UTF8.GetString(message.Bytes.Span).ReplaceLineEndings("\n")).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }
}
