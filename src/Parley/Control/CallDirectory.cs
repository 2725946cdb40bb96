using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Media.Audio;

namespace Parley.Control;

/// <summary>Every call of the system, whoever began it: found by what names it or by the Call-ID of either leg, and everything that happens to it.</summary>
public sealed class CallDirectory
{
    private readonly ConcurrentDictionary<string, LogicalCall> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LogicalCall> _byCallId = new(StringComparer.Ordinal);
    private readonly CallControlOptions _options;
    private readonly SoundSources _sounds;
    private int _count;

    internal CallDirectory(UserAgent agent, CallControlOptions options, SoundSources sounds)
    {
        (_options, _sounds) = (options, sounds);
        Logger = agent.Logger;
        Time = agent.Network.Time;
        Feed = new(options.Limits.MaxEvents, Time);
    }

    /// <summary>How many calls there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    internal CallControlLimits Limits => _options.Limits;

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal CallEventFeed Feed { get; }

    internal bool HasMusic => _options.HoldMusic is not null;

    /// <summary>The call of that <see cref="CallSnapshot.Id"/>, or with a leg of that SIP Call-ID, as it is now; null when there is none.</summary>
    /// <param name="id">Either.</param>
    public CallSnapshot? Find(string id) => Get(id)?.Snapshot();

    /// <summary>Every call as it is now.</summary>
    public IReadOnlyList<CallSnapshot> List() => [.. _calls.Select(entry => entry.Value.Snapshot())];

    /// <summary>Everything that happens to calls from here on. Ask for it before <see cref="List"/>, and nothing lies between.</summary>
    public CallEventReader Subscribe() => new(Feed);

    /// <summary>The call of that <see cref="CallSnapshot.Id"/>, or with a leg of that SIP Call-ID; null when there is none.</summary>
    /// <param name="id">Either.</param>
    public LogicalCall? Get(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _calls.TryGetValue(id, out var call) || _byCallId.TryGetValue(id, out call) ? call : null;
    }

    /// <summary>The call and the party that a call of the user agent belongs to; null when it belongs to none.</summary>
    /// <param name="leg">A call of the user agent.</param>
    public (LogicalCall Call, CallLeg Leg)? Find(Call leg)
    {
        ArgumentNullException.ThrowIfNull(leg);
        if (_byCallId.TryGetValue(leg.Id, out var likely) && likely.LegOf(leg) is { } known)
            return (likely, known);
        // Both ends of a call to ourselves have the same Call-ID, and only one of them is found by it.
        foreach (var (_, call) in _calls)
        {
            if (call.LegOf(leg) is { } party)
                return (call, party);
        }

        return null;
    }

    /// <summary>The call and the party whose dialog a Replaces header names (RFC 3891); null when there is none.</summary>
    /// <param name="replaces">The header.</param>
    public (LogicalCall Call, CallLeg Leg)? Find(Sip.Transfers.Replaces replaces)
    {
        ArgumentNullException.ThrowIfNull(replaces);
        if (_byCallId.TryGetValue(replaces.CallId, out var likely) && LegOf(likely, replaces) is { } known)
            return (likely, known);
        foreach (var (_, call) in _calls)
        {
            if (LegOf(call, replaces) is { } leg)
                return (call, leg);
        }

        return null;
    }

    private static CallLeg? LegOf(LogicalCall call, Sip.Transfers.Replaces replaces)
    {
        foreach (var side in (CallSide[])[CallSide.Caller, CallSide.Callee])
        {
            if (call.Leg(side) is { Call.Dialog: { } dialog } leg && dialog.CallId == replaces.CallId && dialog.LocalTag == replaces.ToTag && dialog.RemoteTag == replaces.FromTag)
                return leg;
        }

        return null;
    }

    /// <summary>Somebody calls: from here on it is a call of the system, until its last leg is over.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">What was dialled.</param>
    public LogicalCall Admit(RelayedLeg caller, string callee)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(callee);
        var call = new LogicalCall(this, CallOrigin.Incoming, caller.Snapshot(), new() { Uri = callee });
        call.Know(caller.CallId); // whoever hears of the call finds it
        Add(call, CallEventKind.Incoming);
        call.TrySetCaller(caller);
        return call;
    }

    internal LogicalCall Add(LogicalCall call, CallEventKind kind)
    {
        _calls[call.Id] = call;
        Interlocked.Increment(ref _count);
        var now = call.Snapshot();
        Feed.Publish(new() { Number = 0, Time = default, Kind = kind, Call = now });
        return call;
    }

    /// <summary>Somebody may call with the Call-ID of another: then that one stays found, unless its leg is known to have come here.</summary>
    internal void Know(string callId, LogicalCall call, bool isOurs)
    {
        if (isOurs)
            _byCallId[callId] = call;
        else
            _byCallId.TryAdd(callId, call);
    }

    internal void Forget(string callId, LogicalCall call) => _byCallId.TryRemove(new(callId, call));

    internal void Remove(LogicalCall call, IEnumerable<string> callIds)
    {
        foreach (var callId in callIds)
            Forget(callId, call);
        if (_calls.TryRemove(call.Id, out _))
            Interlocked.Decrement(ref _count);
    }

    internal ValueTask<IAudioSource> OpenMusicAsync(Call call, CancellationToken cancel) => _sounds.OpenMusicAsync(call, cancel);

    internal void Tell(string what) => _options.Log?.Invoke(what);
}
