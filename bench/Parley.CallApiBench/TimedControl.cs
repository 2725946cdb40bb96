using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Parley.Control;
using Parley.Sip.Transport;

namespace Parley.CallApiBench;

/// <summary>Within the server: when a CallStart has been read and understood, and when the INVITE it sends leaves.</summary>
internal sealed class TimedControl : ICallControl, ISipTrace
{
    private readonly ConcurrentDictionary<string, long> _begun = new();
    private readonly ConcurrentQueue<double> _times = new();

    /// <summary>What carries the commands out.</summary>
    public required Func<ICallControl> Inner { get; init; }

    public CallDirectory Directory => Inner().Directory;

    public Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress>? progress = null, CancellationToken cancel = default)
    {
        if (command is StartCall { SipCallId: { } id })
            _begun[id] = Stopwatch.GetTimestamp();
        return Inner().RunAsync(command, progress, cancel);
    }

    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (direction != TraceDirection.Sent || !message.StartsWith("INVITE "u8))
            return;
        var now = Stopwatch.GetTimestamp();
        var rest = message[(message.IndexOf("Call-ID: "u8) + "Call-ID: "u8.Length)..];
        if (_begun.TryRemove(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'\r')]), out var begun))
            _times.Enqueue(Stopwatch.GetElapsedTime(begun, now).TotalMilliseconds);
    }

    /// <summary>The last times, sorted.</summary>
    public List<double> Last(int count) => [.. _times.ToArray().TakeLast(count).Order()];
}
