using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Media.Sdp;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.BackToBack;

/// <summary>
/// A call taken and being made onward, until it is answered or given up. It owns the B legs meanwhile; whatever ends A ends them, at any moment. Lives on A's lane.
/// </summary>
internal sealed partial class B2buaSetup : IDialogOwner
{
    private readonly DialogAgent _agent;
    private readonly InviteRequest _a;
    private readonly B2buaOptions _options;
    private readonly IReadOnlyList<SipUri> _targets;
    private readonly TaskCompletionSource<B2bua> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EndSignal _over;
    private readonly List<B2buaLeg> _legs = [];
    private readonly SdpPipe _pipe;
    private SerialCallbacks? _callbacks; // made when there is somebody to tell
    private readonly OutgoingInviteOptions _invite;
    private readonly CallMedia? _mediaA;
    private readonly Anchor? _anchor;
    private readonly bool _confirms;
    private SipBody _offer;
    private SessionDescription? _offered; // A's offer, read once
    private IReadOnlyList<AudioCodec> _codecs;
    private B2buaLeg? _winner;
    private DialogException? _best;
    private int _next;
    private bool _ended;
    private volatile bool _gaveUp;

    private B2buaSetup(DialogAgent agent, InviteRequest a, IReadOnlyList<SipUri> targets, B2buaOptions options)
    {
        _agent = agent;
        _a = a;
        _targets = targets;
        _options = options;
        _over = new EndSignal(agent.Logger);
        _pipe = new SdpPipe(Lane, e => Log.DialogCallbackFailed(agent.Logger, e), _over.Token);
        _confirms = a.Message.HasToken(HeaderId.Supported, "100rel"u8) || a.Message.HasToken(HeaderId.Require, "100rel"u8);
        _invite = Onward();
        _codecs = options.Media?.Codecs ?? agent.Phone.Options.Codecs;
        if (options.Media is not { } media)
            return;
        _mediaA = a.Media ??= CallMedia.ForIncoming(agent.Phone, a.Invite.Flow, _codecs);
        _anchor = new Anchor(media.Transcode);
    }

    private Lane Lane => _a.Invite.Lane;

    private bool HasOffer => SessionBody.IsPresent(_a.Message);

    public static async Task<B2bua> RunAsync(
        DialogAgent agent, InviteRequest a, IReadOnlyList<SipUri> targets, B2buaOptions options, CancellationToken cancel)
    {
        var setup = new B2buaSetup(agent, a, targets, options);
        try
        {
            await setup.PrepareOfferAsync().ConfigureAwait(false);
            // Whatever comes of it is told by the outcome: one wait, not two.
            setup.Lane.Run(static state => ((B2buaSetup)state!).Start(), setup);
            using (cancel.UnsafeRegister(static state => ((B2buaSetup)state!).GiveUp(), setup))
            {
                try
                {
                    return await setup._done.Task.ConfigureAwait(false);
                }
                catch (DialogException) when (setup._gaveUp)
                {
                    throw new OperationCanceledException(cancel);
                }
            }
        }
        catch
        {
            setup._anchor?.Part();
            throw;
        }
    }

    // What B is offered. Made once: all targets get the same.
    private async Task PrepareOfferAsync()
    {
        if (_options.Media is { } media)
        {
            RestrictCodecs(media);
            return;
        }

        _offer = SessionBody.Whole(_a.Message);
        if (_options.SdpForB is { } transform && _a.Sdp is { } sdp)
            _offer = SessionBody.Of(await transform(sdp, _a.Cancelled).ConfigureAwait(false));
    }

    // Packets pass untouched when B speaks what A does; with transcoding that is only what is preferred.
    private void RestrictCodecs(AnchorOptions media)
    {
        var offer = SessionBody.Read(_a.Message, out var problem);
        if (problem is not null)
            throw Refused(400, $"The offer cannot be read: {problem}");
        if (offer is null)
            return;
        _offered = offer;
        var common = CallMedia.CommonCodecs(offer, _codecs);
        if (common.Count == 0)
            throw Refused(488, "The offer has no codec in common with this side");
        _codecs = media.Transcode ? [.. common, .. _codecs.Except(common)] : common;
    }

    // Once A has early media its codec is settled, whoever answers in the end.
    private IReadOnlyList<AudioCodec> CodecsForB() => _mediaA!.Agreed?.Codec is { } codec
        ? _options.Media!.Transcode ? [codec, .. _codecs.Where(other => other != codec)] : [codec]
        : _codecs;

    private void Start()
    {
        try
        {
            _a.RequirePending();
            _a.OnOver = OnCallerGone;
            _a.OnPrack = OnPrack;
            _a.OnEarly = OnEarlyFromCaller;
            StartNext();
        }
        catch (Exception e) // handed to whoever waits for the pair, who would wait for ever otherwise
        {
            Fail(e);
        }
    }

    private void StartNext()
    {
        do
            Begin(_targets[_next++]);
        while (_options.Forking == Forking.Parallel && _next < _targets.Count);
    }

    private void Begin(SipUri target)
    {
        var leg = new B2buaLeg(target);
        _legs.Add(leg);
        if (_mediaA is null)
            Send(leg, _offer);
        else
            _ = PrepareAsync(leg);
    }

    private async Task PrepareAsync(B2buaLeg leg)
    {
        DialogException? fault = null;
        try
        {
            leg.Media = await CallMedia.ForDialAsync(_agent.Phone, _invite.Proxy ?? leg.Target, CodecsForB(), _mediaA!.Stream, _over.Token).ConfigureAwait(false);
        }
        catch (CallMediaException e)
        {
            fault = new DialogException(503, e.Message);
        }
        catch (OperationCanceledException)
        {
            fault = new DialogException(487, "Given up before anything was sent");
        }

        Lane.Run(
            _ =>
            {
                if (fault is not null || _ended)
                    OnLegFailed(leg, fault ?? new DialogException(487, "Given up before anything was sent"));
                else
                    Send(leg, leg.Media!.Offer());
            },
            null);
    }

    private void Send(B2buaLeg leg, SipBody body)
    {
        var invite = _invite with { Target = leg.Target, Body = body };
        leg.Dialog = InviteDialog.OfCaller(_agent, this, body, invite.ContactUser ?? "");
        leg.Dialog.Media = leg.Media;
        try
        {
            leg.Invite = _agent.Endpoint.Invite(invite, leg.Dialog);
        }
        catch (Exception e) when (e is ArgumentException or ObjectDisposedException)
        {
            OnLegFailed(leg, new DialogException(500, e.Message));
        }
    }

    private OutgoingInviteOptions Onward()
    {
        var identity = _a.Message.GetString(HeaderId.PAssertedIdentity) is { } asserted && SipAddress.TryParse(asserted, out var known) ? known : _a.From;
        var caller = _options.Caller is null ? new SipAddress(identity.Uri, identity.DisplayName) : null;
        var options = _agent.Invite(_targets[0], _options, default);
        return options with
        {
            From = caller ?? options.From,
            ContactUser = _options.ContactUser ?? (caller ?? options.From)?.Uri.User,
            Headers = [.. _options.PassRequestHeaders.Of(_a.Message), .. _options.Headers],
            Lane = Lane,
            MaxForwards = _a.Message.TryGetMaxForwards(out var hops) ? Math.Max(0, hops - 1) : options.MaxForwards,
            // An offer in a reliable 18x must be answered at once, which only A can: where A cannot, B must not send one.
            Reliability = HasOffer || (_confirms && _options.PassProvisional && _options.Media is null) ? options.Reliability : ReliableSupport.None,
        };
    }

    private DialogException Refused(int status, string reason)
    {
        if (_options.PassFailure)
            _a.RefuseIfPending(status, null);
        return new DialogException(status, reason);
    }
}
