using System.Text;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Voice;

/// <summary>A figure of the voice agents at one moment.</summary>
/// <param name="Name">In small letters and underscores, beginning with <c>voice_</c>.</param>
/// <param name="Value">The figure.</param>
/// <param name="IsTotal">True when it only grows, false when it is what exists now.</param>
/// <param name="Help">What it counts.</param>
public readonly record struct VoiceCounter(string Name, long Value, bool IsTotal, string Help);

/// <summary>What voice agents have done, and what exists now. Snapshots may tear between members.</summary>
public sealed class VoiceCounters
{
    private readonly Func<(int Sessions, int Pending)> _now;
    private long _sessions, _refused, _commands, _errors, _asrErrors, _ttsErrors, _missed, _announced, _unannounced, _unclaimed, _posts, _postsFailed;

    internal VoiceCounters(Func<(int Sessions, int Pending)> now) => _now = now;

    /// <summary>Every figure.</summary>
    public IReadOnlyList<VoiceCounter> Snapshot()
    {
        var (sessions, pending) = _now();
        return
        [
            new("voice_sessions", sessions, false, "Sessions of voice agents"),
            new("voice_pending", pending, false, "Incoming calls that wait for a voice agent to claim them"),
            Total("voice_sessions_total", ref _sessions, "Sessions of voice agents"),
            Total("voice_sessions_refused_total", ref _refused, "Sockets of voice agents refused because there were too many, or the server ends"),
            Total("voice_commands_total", ref _commands, "Commands of voice agents"),
            Total("voice_errors_total", ref _errors, "Error events told to voice agents"),
            Total("voice_asr_errors_total", ref _asrErrors, "Error events about recognisers"),
            Total("voice_tts_errors_total", ref _ttsErrors, "Error events about synthesisers"),
            Total("voice_events_missed_total", ref _missed, "Events that slow readers missed"),
            Total("voice_calls_announced_total", ref _announced, "Incoming calls that a webhook has taken or somebody claimed"),
            Total("voice_calls_unannounced_total", ref _unannounced, "Incoming calls that no webhook has taken"),
            Total("voice_calls_unclaimed_total", ref _unclaimed, "Incoming calls that nobody claimed or decided in time"),
            Total("voice_webhooks_total", ref _posts, "Attempts to announce a call by webhook"),
            Total("voice_webhooks_failed_total", ref _postsFailed, "Attempts to announce a call that failed"),
        ];

        static VoiceCounter Total(string name, ref long value, string help) => new(name, Interlocked.Read(ref value), true, help);
    }

    internal void SessionBegun() => Interlocked.Increment(ref _sessions);

    internal void SessionRefused() => Interlocked.Increment(ref _refused);

    internal void CommandTaken() => Interlocked.Increment(ref _commands);

    internal void EventMissed() => Interlocked.Increment(ref _missed);

    internal void CallAnnounced() => Interlocked.Increment(ref _announced);

    internal void CallUnannounced() => Interlocked.Increment(ref _unannounced);

    internal void CallUnclaimed() => Interlocked.Increment(ref _unclaimed);

    internal void WebhookPosted() => Interlocked.Increment(ref _posts);

    internal void WebhookFailed() => Interlocked.Increment(ref _postsFailed);

    internal void Told(VoiceEvent happened)
    {
        if (happened is not ErrorEvent error)
            return;
        Interlocked.Increment(ref _errors);
        if (error.Sender == "asr")
            Interlocked.Increment(ref _asrErrors);
        else if (error.Sender == "tts")
            Interlocked.Increment(ref _ttsErrors);
    }

    /// <summary>All of them in Prometheus' text format, version 0.0.4, with <c>parley_</c> before each name.</summary>
    internal byte[] Text()
    {
        var text = new StringBuilder();
        foreach (var counter in Snapshot())
        {
            text.Append("# HELP parley_").Append(counter.Name).Append(' ').Append(counter.Help).Append(".\n# TYPE parley_").Append(counter.Name).Append(counter.IsTotal ? " counter\n" : " gauge\n");
            text.Append("parley_").Append(counter.Name).Append(' ').Append(counter.Value).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
