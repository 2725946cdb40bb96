using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Admission;

/// <summary>
/// Keeps out who guesses passwords and slows down who sends too much, by source and before anything is spent on them. All its tables are bounded, and asking it allocates
/// nothing. May be used from any thread.
/// </summary>
public sealed class SourceGuard : ISipGate
{
    private readonly NetworkRange[] _exempt;
    private readonly BanList _bans;
    private readonly RateTable? _messages;
    private readonly RateTable? _unauthenticated;
    private long _slowed;

    /// <summary>Makes a guard.</summary>
    /// <param name="options">Limits. Default: that type's defaults.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    public SourceGuard(SourceGuardOptions? options = null, TimeProvider? time = null)
    {
        options ??= new();
        time ??= TimeProvider.System;
        _exempt = [.. options.Exempt];
        _bans = new(time, options);
        Log = new(time, options);
        _messages = options.MessageRate > 0 ? new(time, options.MaxSources, options.MessageRate, options.MessageBurst) : null;
        _unauthenticated = options.UnauthenticatedRate > 0 ? new(time, options.MaxSources, options.UnauthenticatedRate, options.UnauthenticatedBurst) : null;
    }

    /// <summary>Bans there have been.</summary>
    public long Bans => _bans.Bans;

    /// <summary>Datagrams dropped and requests refused because their source sent too many.</summary>
    public long Slowed => Interlocked.Read(ref _slowed);

    internal RefusalLog Log { get; }

    /// <inheritdoc/>
    public bool Hears(in NetEndpoint source, SipTransport transport)
    {
        if (IsExempt(source))
            return true;
        var key = SourceKey.Of(source);
        if (_bans.IsBanned(key))
            return false;
        // What a stream carries is slowed down by not being read; its requests are counted one by one.
        return transport.IsReliable() || Take(_messages, key);
    }

    /// <inheritdoc/>
    public GateVerdict Admits(SipMessage request, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (IsExempt(flow.Remote))
            return GateVerdict.Admit;
        var key = SourceKey.Of(flow.Remote);
        if (flow.Transport.IsReliable() && !Take(_messages, key))
            return GateVerdict.Refuse;
        if (!IsUnauthenticated(request) || Take(_unauthenticated, key))
            return GateVerdict.Admit;
        Log.Refused(request, flow, "too many without credentials");
        return GateVerdict.Refuse;
    }

    /// <summary>Counts a failed authentication of a source.</summary>
    public void CountFailure(in NetEndpoint source)
    {
        if (!IsExempt(source) && _bans.CountFailure(SourceKey.Of(source), out var length, out var failures))
            Log.Banned(source, length, failures);
    }

    /// <summary>Somebody of that source has shown who they are: failures before count no more.</summary>
    public void CountSuccess(in NetEndpoint source) => _bans.Forgive(SourceKey.Of(source));

    private bool Take(RateTable? table, SourceKey key)
    {
        if (table is null || table.TryTake(key))
            return true;
        Interlocked.Increment(ref _slowed);
        return false;
    }

    private static bool IsUnauthenticated(SipMessage request) =>
        request.Method is SipMethod.Register or SipMethod.Invite && request.ToTag.IsEmpty
        && !request.Has(HeaderId.Authorization) && !request.Has(HeaderId.ProxyAuthorization);

    private bool IsExempt(in NetEndpoint source)
    {
        foreach (var range in _exempt)
        {
            if (range.Contains(source))
                return true;
        }

        return false;
    }
}
