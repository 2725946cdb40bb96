using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Registrations;

// What happens on the lane: attempts, their outcomes, keep-alives, the end.
public sealed partial class Registration : IUpkept
{
    private readonly Upkeep _upkeep;
    private readonly KeepAliveTimer _keepAlive;
    private readonly byte[] _user;
    private bool _bound;
    private bool _rewritten;
    private bool _isOutbound = true;
    private int _flowTimer;
    private NetEndpoint _public;
    private SipFlow _flow;

    bool IUpkept.IsHeld => _bound;

    TimeSpan? IUpkept.RetryBase => Set?.IsRegistered == true ? _options.RetryBaseBeside : null;

    internal void Start()
    {
        _ua.Counts.Registrations++;
        _upkeep.Attempt();
    }

    bool IUpkept.TryTake(SipMessage response, in SipFlow flow)
    {
        _flow = flow;
        if (response.StatusCode < 300)
            OnRegistered(response, flow);
        else if (response.StatusCode == 439 && _isOutbound && _options.InstanceId is not null)
            AttemptWithoutOutbound();
        else
            return false;
        return true;
    }

    void IUpkept.OnFailed(int status, string reason, TimeSpan next) =>
        Publish(new RegistrationStatus(RegistrationState.Failed, status, reason) { NextAttempt = next, PublicAddress = _public });

    void IUpkept.OnClosed(int status, string reason)
    {
        _ua.Counts.Registrations--;
        _ua.Contacts.Remove(_options.Address);
        Publish(new RegistrationStatus(RegistrationState.Closed, status, reason));
        _closed.TrySetResult();
    }

    private void OnRegistered(SipMessage response, in SipFlow flow)
    {
        _bound = true;
        _upkeep.Accept();
        var granted = Granted(response, flow);
        // What was there besides us has been taken back with this request.
        _upkeep.Draft = _upkeep.Draft with { Headers = Headers() };
        if (_upkeep.IsClosing || TryLearnPublicAddress(response, flow))
        {
            _upkeep.Attempt();
            return;
        }

        _rewritten = false;
        _flowTimer = AskedLifetime.ReadSeconds(response.Value(HeaderId.FlowTimer));
        var gruus = LearnGruus(response);
        var next = _upkeep.Plan(granted);
        ScheduleKeepAlive();
        Publish(new RegistrationStatus(RegistrationState.Registered, response.StatusCode, PhraseText.Of(response))
        {
            Lifetime = TimeSpan.FromSeconds(granted),
            NextAttempt = next,
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
        _upkeep.Draft = _upkeep.Draft with { Contact = Contact(_public), Headers = Headers() };
        _upkeep.Attempt();
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

    private void Close()
    {
        _ua.Lane.Cancel(_keepAlive);
        _upkeep.Close("Closed before it was registered");
    }

    // RFC 3261 §10.2.4: the lifetime is that of our own Contact in the list, else the Expires header, else what was asked.
    private int Granted(SipMessage response, in SipFlow flow)
    {
        var ours = _upkeep.Draft.Contact!.UriFor(flow);
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (NameAddrView.TryParse(value, out var contact) && contact.TryGetUri(out var uri) && SipUri.FromView(uri).Equals(ours)
                && contact.TryGetParameter("expires"u8, out var text)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return seconds;
        }

        return response.TryGetExpires(out var all) ? all : _upkeep.Seconds;
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
        var contact = _upkeep.Draft.Contact!;
        var announced = contact.UriFor(flow);
        if (!_options.UsePublicAddress || flow.Channel.IsReliable || _rewritten || address == known || Contact(address).UriFor(flow).Equals(announced))
            return false;
        _rewritten = true;
        _upkeep.Draft = _upkeep.Draft with
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
            if (!_upkeep.IsBusy)
                _upkeep.Attempt();
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

    private sealed class KeepAliveTimer(Registration registration) : LaneTimer
    {
        protected override void Fire(long now) => registration.KeepAlive();
    }
}
