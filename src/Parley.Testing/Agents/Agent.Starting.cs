using System.Net;
using System.Security.Authentication;
using Parley.Media.Srtp;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transport;

namespace Parley.Testing.Agents;

/// <content>From nothing to ready, and back.</content>
public sealed partial class Agent
{
    private readonly CancellationTokenSource _stop = new();
    private Registration? _registration;
    private Subscription? _mailbox;
    private int _waitingMessages;
    private int _closed;

    /// <summary>Messages that wait in its mailbox; 0 without <see cref="AgentOptions.Mwi"/>.</summary>
    public int MessagesWaiting => Volatile.Read(ref _waitingMessages);

    /// <summary>Counters of what it holds; all zero when it is closed.</summary>
    internal SessionLeftovers Leftovers
    {
        get
        {
            var signalling = _phone.Endpoint.Counters;
            var media = _phone.Media.Counters;
            return new SessionLeftovers
            {
                Calls = signalling.IncomingCalls + signalling.OutgoingCalls,
                Registrations = signalling.Registrations,
                Subscriptions = signalling.Subscriptions + signalling.IncomingSubscriptions,
                Dialogs = signalling.Dialogs,
                Streams = media.Streams,
                Ports = media.Ports,
            };
        }
    }

    /// <summary>Hangs up, takes its registration back, closes its sockets, and takes it out of the session.</summary>
    public async ValueTask DisposeAsync() => await Session.RemoveAsync(this).ConfigureAwait(false);

    internal static async Task<Agent> StartAsync(AgentSession session, string name, AgentOptions options, AgentSeat seat, CancellationToken cancel)
    {
        AgentOptionReader.Check(name, options);
        var agent = new Agent(session, name, options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = session.Time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, session.Options.ConnectTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            await agent.OpenAsync(seat, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or AuthenticationException or System.Net.Sockets.SocketException)
        {
            throw AgentException.Of(name, $"connect failed: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw AgentException.Of(name, $"connect failed: not ready within {session.Options.ConnectTimeout.TotalSeconds:0} s", e);
        }

        session.Tell(new AgentStarted(session.Time.GetUtcNow(), name, agent.Aor));
        return agent;
    }

    /// <summary>Hangs everything up.</summary>
    internal Task HangUpAllAsync() => Task.WhenAll(ActiveCalls.Select(call => call.HangupAsync()));

    /// <summary>Takes its registration back and closes its sockets.</summary>
    internal async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        await HangUpAllAsync().ConfigureAwait(false);
        if (_mailbox is { } mailbox)
            await mailbox.DisposeAsync().ConfigureAwait(false);
        if (_registration is { } registration)
            await registration.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _phone.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task OpenAsync(AgentSeat seat, CancellationToken cancel)
    {
        var options = Session.Options;
        var external = Options.StunServer is { Length: > 0 } stun ? await StunProbe.AskAsync(stun, seat.Network, cancel).ConfigureAwait(false) : null;
        _phone = await UserAgent.StartAsync(
            new UserAgentOptions
            {
                Network = seat.Network,
                Listen = [$"{Options.Transport}://{options.BindHost}:{seat.Port}"],
                MediaPorts = seat.MediaPorts,
                MediaLanes = 1,
                SignallingLanes = 1,
                // A phone that is asked late answers late; that it was late is not the scenario's failure.
                RefuseWhenBehind = false,
                Caller = Aor,
                ExternalHost = external?.ToString(),
                MediaEncryption = Options.MediaEncryption switch { "srtp" => MediaEncryption.Optional, "srtp-mand" => MediaEncryption.Required, _ => MediaEncryption.None },
                Codecs = options.Codecs ?? new UserAgentOptions().Codecs,
                Extensions = ["100rel", "timer", "replaces", "norefersub"],
                VerifyCertificates = options.VerifyCertificates,
                TrustedRoots = options.TrustedRoots,
                Certificate = Options.Transport == "tls" ? options.Certificate ?? SelfSigned.Create(_domain.Host) : null,
                OnTransferRequest = FollowAsync,
                Trace = options.Trace is { } further ? new CombinedSipTrace(_trace, further) : _trace,
                Logging = options.Logging,
            },
            cancel).ConfigureAwait(false);
        Session.Track(_phone.ServeAsync(TakeAsync, _stop.Token));
        if (Options.RegInt > 0)
        {
            lock (_gate)
                Enroll(Options.RegInt);
        }

        if (Options.Mwi)
            WatchMailbox();
    }

    // Under the gate: one registration, however often it is asked for.
    private void Enroll(int seconds)
    {
        var registration = _phone.Register(new RegistrationOptions
        {
            Address = _address,
            Registrar = WithTransport(_domain),
            Credentials = Credentials,
            Proxy = Options.Outbound is { Length: > 0 } outbound ? Resolve(outbound) : null,
            Expires = TimeSpan.FromSeconds(seconds),
            Headers = ExtraHeaders,
        });
        _registration = registration;
        Session.Track(TellOfAsync(registration));
    }

    private async Task TellOfAsync(Registration registration)
    {
        await foreach (var status in registration.Changes().ConfigureAwait(false))
        {
            if (status.State is RegistrationState.Registered or RegistrationState.Failed)
                Session.Tell(new AgentRegistrationChanged(Session.Time.GetUtcNow(), Name, status.State == RegistrationState.Registered, $"{status.Status} {status.Reason}"));
        }
    }

    private void WatchMailbox()
    {
        _mailbox = _phone.Endpoint.Subscribe(new SubscribeOptions
        {
            Target = WithTransport(_address),
            Event = "message-summary",
            Accept = ["application/simple-message-summary"],
            To = new SipAddress(_address),
            From = new SipAddress(_address),
            Credentials = Credentials,
            Proxy = Options.Outbound is { Length: > 0 } outbound ? Resolve(outbound) : null,
        });
        Session.Track(ReadMailboxAsync(_mailbox));
    }

    private async Task ReadMailboxAsync(Subscription mailbox)
    {
        await foreach (var told in mailbox.Notifications().ConfigureAwait(false))
            Volatile.Write(ref _waitingMessages, MailboxSummary.Count(told.Message.Body));
    }
}

/// <summary>Where an agent sits.</summary>
/// <param name="Network">Its network.</param>
/// <param name="Port">Its SIP port; 0 for any.</param>
/// <param name="MediaPorts">Its ports for audio.</param>
internal sealed record AgentSeat(Parley.Net.INetwork Network, int Port, (int First, int Last) MediaPorts);
