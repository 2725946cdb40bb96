using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Parley.Sip.Transport;

/// <summary>A trace that can be watched while it happens, by any number of readers. Costs nothing while nobody watches.</summary>
public sealed class LiveSipTrace : ISipTrace
{
    // Messages a slow reader may be behind; then the oldest are skipped. Some 4 MB of usual messages.
    private const int MaxBehind = 4096;

    private ImmutableArray<Channel<TracedMessage>> _readers = [];

    /// <summary>The messages from now on, until cancelled. A reader that is slow misses the oldest.</summary>
    public async IAsyncEnumerable<TracedMessage> WatchAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var channel = Channel.CreateBounded<TracedMessage>(new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropOldest });
        ImmutableInterlocked.Update(ref _readers, static (readers, one) => readers.Add(one), channel);
        try
        {
            await foreach (var message in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return message;
        }
        finally
        {
            ImmutableInterlocked.Update(ref _readers, static (readers, one) => readers.Remove(one), channel);
        }
    }

    /// <inheritdoc/>
    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        var readers = _readers;
        if (readers.IsEmpty)
            return;
        var local = flow.Channel.LocalFor(flow.Remote);
        var traced = direction == TraceDirection.Received
            ? new TracedMessage(time, flow.Remote, local, message.ToArray())
            : new TracedMessage(time, local, flow.Remote, message.ToArray());
        foreach (var reader in readers)
            reader.Writer.TryWrite(traced);
    }
}

/// <summary>Several traces as one.</summary>
public sealed class CombinedSipTrace : ISipTrace
{
    private readonly ISipTrace[] _traces;

    /// <summary>Creates a trace that tells all of <paramref name="traces"/>, in their order.</summary>
    public CombinedSipTrace(params IReadOnlyList<ISipTrace> traces) => _traces = [.. traces];

    /// <inheritdoc/>
    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        foreach (var trace in _traces)
            trace.OnMessage(direction, time, flow, message);
    }
}
