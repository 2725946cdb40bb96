using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Registrations;

// What happens on the lane: attempts, their outcomes, keep-alives, the end.
public sealed partial class Registration : IExchangeUser
{
    private readonly ClientExchange _exchange;
    private readonly AttemptTimer _attempt;
    private readonly KeepAliveTimer _keepAlive;
    private readonly byte[] _user;
    private readonly AskedLifetime _lifetime;
    private int _failures;
    private bool _busy;
    private bool _bound;
    private bool _closing;
    private bool _done;
    private bool _rewritten;
    private bool _isOutbound = true;
    private int _flowTimer;
    private NetEndpoint _public;
    private SipFlow _flow;

    bool IExchangeUser.WantsRetry => true;

    internal void Start()
    {
        _ua.Counts.Registrations++;
        Attempt();
    }

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        _busy = false;
        _flow = flow;
        if (_exchange.Draft.Expires == 0)
            Finish(response.StatusCode, PhraseText.Of(response));
        else if (response.StatusCode < 300)
            OnRegistered(response, flow);
        else if (response.StatusCode == 423 && _lifetime.TryLengthen(response))
            Attempt();
        else if (response.StatusCode == 439 && _isOutbound && _options.InstanceId is not null)
            AttemptWithoutOutbound();
        else
            OnFailed(response.StatusCode, PhraseText.Of(response), RetryAfter(response));
    }

    void IExchangeUser.OnFailure(int status, string reason)
    {
        _busy = false;
        if (_exchange.Draft.Expires == 0)
            Finish(status, reason);
        else
            OnFailed(status, reason, 0);
    }

    private void Attempt()
    {
        if (_done)
            return;
        _busy = true;
        _ua.Lane.Cancel(_attempt);
        _exchange.Draft = _exchange.Draft with { Expires = _closing ? 0 : _lifetime.Seconds };
        _exchange.SendAnew();
    }

    private void OnRegistered(SipMessage response, in SipFlow flow)
    {
        _bound = true;
        _failures = 0;
        _lifetime.Granted();
        var granted = Granted(response, flow);
        // What was there besides us has been taken back with this request.
        _exchange.Draft = _exchange.Draft with { Headers = Headers() };
        if (_closing)
        {
            Attempt();
            return;
        }

        if (TryLearnPublicAddress(response, flow))
        {
            Attempt();
            return;
        }

        _rewritten = false;
        _flowTimer = AskedLifetime.ReadSeconds(response.Value(HeaderId.FlowTimer));
        var gruus = LearnGruus(response);
        var next = _times.Refresh(granted);
        _ua.Lane.Schedule(_attempt, next);
        ScheduleKeepAlive();
        Publish(new RegistrationStatus(RegistrationState.Registered, response.StatusCode, PhraseText.Of(response))
        {
            Lifetime = TimeSpan.FromSeconds(granted),
            NextAttempt = TimeSpan.FromMilliseconds(next),
            PublicAddress = _public,
            ServiceRoute = ServiceRoute(response),
            IsOutbound = response.HasToken(HeaderId.Require, "outbound"u8),
            PublicGruu = gruus.Public,
            TemporaryGruu = gruus.Temporary,
        });
    }

    // RFC 5626 §4.2.1: the first hop does not know how to keep a flow; an ordinary registration still does.
    private void AttemptWithoutOutbound()
    {
        _isOutbound = false;
        _exchange.Draft = _exchange.Draft with { Contact = Contact(_public), Headers = Headers() };
        Attempt();
    }

    // RFC 5627 §4.2: they are parameters of our own Contact in the list, told by its instance.
    private (SipUri? Public, SipUri? Temporary) LearnGruus(SipMessage response)
    {
        if (_options.InstanceId is not { } instance)
            return default;
        var ours = Encoding.ASCII.GetBytes($"\"<{instance}>\"");
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (!NameAddrView.TryParse(value, out var contact) || !contact.TryGetParameter("+sip.instance"u8, out var text) || !Ascii.EqualsIgnoreCase(text, ours))
                continue;
            var found = (Public: Gruu(contact, "pub-gruu"u8), Temporary: Gruu(contact, "temp-gruu"u8));
            if (found.Public is not null)
                _ua.Contacts.Set(_options.Address, found.Public);
            else
                _ua.Contacts.Remove(_options.Address);
            return found;
        }

        return default;
    }

    private static SipUri? Gruu(in NameAddrView contact, ReadOnlySpan<byte> name) =>
        contact.TryGetParameter(name, out var text) && text is [(byte)'"', .. var inner, (byte)'"']
            && SipUriView.TryParse(inner, out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips ? SipUri.FromView(uri) : null;

    private void OnFailed(int status, string reason, int retryAfter)
    {
        if (_closing)
        {
            // One more request only when there may be a binding to take back.
            if (_bound)
                Attempt();
            else
                Finish(status, reason);
            return;
        }

        _failures++;
        var next = _times.Retry(_failures, status, retryAfter, Random.Shared.NextDouble(), Set?.IsRegistered == true ? _options.RetryBaseBeside : null);
        _ua.Lane.Schedule(_attempt, next);
        Publish(new RegistrationStatus(RegistrationState.Failed, status, reason)
        {
            NextAttempt = TimeSpan.FromMilliseconds(next),
            PublicAddress = _public,
        });
    }

    private void RefreshNow()
    {
        if (!_closing && !_busy)
            Attempt();
    }

    private void Close()
    {
        if (_closing)
            return;
        _closing = true;
        _ua.Lane.Cancel(_attempt);
        _ua.Lane.Cancel(_keepAlive);
        // RFC 3261 §10.2: no new registration before the previous one has its response.
        if (_busy)
            return;
        if (_bound)
            Attempt();
        else
            Finish(0, "Closed before it was registered");
    }

    private void Finish(int status, string reason)
    {
        if (_done)
            return;
        _done = true;
        _ua.Counts.Registrations--;
        _ua.Contacts.Remove(_options.Address);
        Publish(new RegistrationStatus(RegistrationState.Closed, status, reason));
        _closed.TrySetResult();
    }

    // RFC 3261 §10.2.4: the lifetime is that of our own Contact in the list, else the Expires header, else what was asked.
    private int Granted(SipMessage response, in SipFlow flow)
    {
        var ours = _exchange.Draft.Contact!.UriFor(flow);
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (NameAddrView.TryParse(value, out var contact) && contact.TryGetUri(out var uri) && SipUri.FromView(uri).Equals(ours)
                && contact.TryGetParameter("expires"u8, out var text)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return seconds;
        }

        return response.TryGetExpires(out var all) ? all : _lifetime.Seconds;
    }

    // True when the binding has to be replaced by one that can be reached; the old one goes in the same request.
    private bool TryLearnPublicAddress(SipMessage response, in SipFlow flow)
    {
        if (!response.TryGetTopVia(out var via) || via.Rport == 0
            || !SipUriView.TryParse(Encoding.ASCII.GetBytes($"sip:{Host(via.Received, via.Host)}:{via.Rport}"), out var seen)
            || !seen.TryGetAddress(out var address))
            return false;
        var known = _public;
        _public = address;
        var contact = _exchange.Draft.Contact!;
        var announced = contact.UriFor(flow);
        if (!_options.UsePublicAddress || flow.Channel.IsReliable || _rewritten || address == known || Contact(address).UriFor(flow).Equals(announced))
            return false;
        _rewritten = true;
        _exchange.Draft = _exchange.Draft with
        {
            Contact = Contact(address),
            Headers = [new SipHeader("Contact", $"<{announced}>;expires=0"), .. Headers()],
        };
        return true;
    }

    private static string Host(ReadOnlySpan<byte> received, ReadOnlySpan<byte> host)
    {
        var text = Encoding.ASCII.GetString(received.IsEmpty ? host : received);
        return text.Contains(':', StringComparison.Ordinal) && text[0] != '[' ? $"[{text}]" : text;
    }

    private static List<SipUri> ServiceRoute(SipMessage response)
    {
        List<SipUri> route = [];
        foreach (var value in response.Values(HeaderId.ServiceRoute))
        {
            if (NameAddrView.TryParse(value, out var entry) && entry.TryGetUri(out var uri))
                route.Add(SipUri.FromView(uri));
        }

        return route;
    }

    private static int RetryAfter(SipMessage response) => AskedLifetime.ReadSeconds(response.Value(HeaderId.RetryAfter));

    private void ScheduleKeepAlive()
    {
        if (_options.KeepAlive > TimeSpan.Zero)
            _ua.Lane.Schedule(_keepAlive, Math.Max(1, _times.KeepAlive(_flowTimer, Random.Shared.NextDouble())));
    }

    // A connection that is gone has taken our reachability with it (RFC 5626 §4.4); the transport itself keeps open ones alive.
    private void KeepAlive()
    {
        if (_flow.Channel is { IsReliable: true, IsOpen: false })
        {
            if (!_busy)
                Attempt();
            return;
        }

        if (_flow.Channel is { IsReliable: false })
        {
            var empty = _ua.Lane.Pool.Rent();
            "\r\n\r\n"u8.CopyTo(empty.Array);
            empty.Length = 4;
            _ua.Transport.Send(_flow, empty);
            empty.Release();
        }

        ScheduleKeepAlive();
    }

    private sealed class AttemptTimer(Registration registration) : LaneTimer
    {
        protected override void Fire(long now) => registration.Attempt();
    }

    private sealed class KeepAliveTimer(Registration registration) : LaneTimer
    {
        protected override void Fire(long now) => registration.KeepAlive();
    }
}
