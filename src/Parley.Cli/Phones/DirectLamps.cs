using System.Collections.Concurrent;
using System.Text;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Services.Proxy;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>
/// Busy lamps of calls that are proxied: what passes here says how they stand. A call whose end does not pass here, because a phone has lost its network, goes dark when its session
/// would have had to be refreshed (RFC 4028), or after half a day where nobody refreshes.
/// </summary>
internal sealed class DirectLamps : IProxyStep, IDisposable
{
    // Calls that are shown; those past it are only not shown. As many as an endpoint can have going.
    private const int MaxCalls = 100_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Shown> _calls = new(StringComparer.Ordinal);
    private readonly BusyLamps _lamps;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;

    public DirectLamps(BusyLamps lamps, TimeProvider time)
    {
        (_lamps, _time) = (lamps, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, s_sweep, s_sweep);
    }

    /// <summary>Calls shown now.</summary>
    public int Count => _calls.Count;

    /// <summary>Shows a call that is about to be forwarded.</summary>
    /// <param name="request">The INVITE.</param>
    /// <param name="caller">Whose phone sends it.</param>
    /// <param name="called">Whose phones it goes to.</param>
    public void Begin(ProxyRequest request, AddressOfRecord caller, AddressOfRecord called)
    {
        var invite = request.Message;
        if (_calls.Count >= MaxCalls || !invite.TryGetFrom(out var from) || !SipAddress.TryFromView(from, out var local)
            || !invite.TryGetTo(out var to) || !SipAddress.TryFromView(to, out var remote))
            return;
        var first = new DialogInfo
        {
            Id = _lamps.NextId(),
            State = DialogInfoState.Trying,
            IsInitiator = true,
            CallId = Encoding.UTF8.GetString(invite.CallId),
            LocalTag = Encoding.UTF8.GetString(invite.FromTag),
            Local = local.WithTag(null),
            Remote = remote.WithTag(null),
        };
        var second = first with
        {
            Id = _lamps.NextId(), IsInitiator = false, LocalTag = null, RemoteTag = first.LocalTag, Local = first.Remote, Remote = first.Local,
        };
        var key = KeyOf(invite, invite.FromTag);
        var shown = new Shown(this, key, _lamps.Begin(caller, first), _lamps.Begin(called, second), _time.GetTimestamp());
        if (_calls.TryAdd(key, shown))
            request.Observe(shown);
        else
            shown.End();
    }

    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        if (request.IsWithinDialog && request.Method is SipMethod.Bye or SipMethod.Invite or SipMethod.Update && !_calls.IsEmpty && Find(request.Message) is { } shown)
        {
            if (request.Method == SipMethod.Bye)
                shown.End();
            else
                shown.Touch();
        }

        return new(ProxyVerdict.Next);
    }

    public void Dispose() => _sweep.Dispose();

    // The key has the caller's tag, who may be either side of what comes later.
    private Shown? Find(SipMessage request) =>
        _calls.TryGetValue(KeyOf(request, request.FromTag), out var shown) || _calls.TryGetValue(KeyOf(request, request.ToTag), out shown) ? shown : null;

    private static string KeyOf(SipMessage message, ReadOnlySpan<byte> tag) => $"{Encoding.UTF8.GetString(message.CallId)};{Encoding.UTF8.GetString(tag)}";

    private void Sweep()
    {
        foreach (var shown in _calls.Values)
        {
            if (shown.IsStale)
                shown.End();
        }
    }

    private sealed class Shown(DirectLamps owner, string key, BusyLamps.Lamp caller, BusyLamps.Lamp called, long begun) : IProxyObserver
    {
        private long _seen = begun;
        private long _interval = s_longest.Ticks;

        public bool IsStale => owner._time.GetElapsedTime(Volatile.Read(ref _seen)).Ticks > Volatile.Read(ref _interval);

        public void Touch() => Volatile.Write(ref _seen, owner._time.GetTimestamp());

        public void End()
        {
            owner._calls.TryRemove(new(key, this));
            caller.Dispose();
            called.Dispose();
        }

        void IProxyObserver.OnResponse(ProxyTarget? target, int status, SipMessage? response)
        {
            if (response is null || status is <= 100 or >= 300)
                return;
            var state = status < 200 ? DialogInfoState.Early : DialogInfoState.Confirmed;
            var tag = response.ToTag.IsEmpty ? null : Encoding.UTF8.GetString(response.ToTag);
            caller.Show(state, null, tag);
            called.Show(state, tag, null);
            if (status < 200)
                return;
            Touch();
            if (System.Buffers.Text.Utf8Parser.TryParse(response.Value(HeaderId.SessionExpires), out int seconds, out _) && seconds > 0)
                Volatile.Write(ref _interval, TimeSpan.FromSeconds(seconds).Ticks);
        }

        void IProxyObserver.OnDone(int status)
        {
            if (status is < 200 or >= 300)
                End();
        }
    }
}
