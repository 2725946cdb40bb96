using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What comes back: progress of each fork, the answer that is kept, those that are not, refusals and redirections.
public sealed partial class OutgoingInvite : IExchangeUser, ILiveCall
{
    // How often a 422 is answered with a longer session interval: one for each of the few proxies that have an opinion.
    private const int MaxIntervals = 4;

    private readonly RedirectList _redirects = new();
    private int _intervals;

    bool IExchangeUser.WantsRetry => IsPending;

    void ILiveCall.Shutdown() => GiveUp(null, new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, "The endpoint is closing"));

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
        if (!IsPending || response.StatusCode == 100)
            return;
        var dialog = EarlyDialog(response);
        if (IsReliable(response) && (dialog is null || !TryOrder(dialog, response)))
            return;
        try
        {
            if (IsReliable(response))
                ShowReliable(dialog!, response, flow);
            else
                _handler.OnProgress(this, dialog, response);
        }
        catch (Exception e) // the application's code: a call it cannot follow is given up
        {
            _ua.OnHandlerFault(e);
            GiveUp(null, new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "The handler failed"));
        }
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        if (response.StatusCode < 300)
        {
            OnAnswer(response, flow);
            Settle();
        }
        else if (IsPending && TryLongerInterval(response))
        {
            ForgetEarly(except: null);
            _exchange.SendAnew();
        }
        else if (!IsPending || !TryNextContact(response))
        {
            Settle();
            End(Refusal(response), response);
        }
    }

    void IExchangeUser.OnFailure(int status, string reason)
    {
        if (IsPending && _redirects.TryNext(out var next))
        {
            SendTo(next);
            return;
        }

        Settle();
        var kind = status == 408 ? CallEndKind.Timeout : CallEndKind.Unreachable;
        End(new CallEnd(kind, CallEndParty.Network, status, reason), null);
    }

    // Timer M: no 2xx comes any more that an ACK would have to answer.
    void IExchangeUser.OnTransactionEnded()
    {
        _extra = null;
        _session?.ForgetAcknowledgement();
    }

    // RFC 3261 §13.2.2.4: every 2xx is acknowledged. The first makes the call; the others are hung up, and so is one that comes after we gave up.
    private void OnAnswer(SipMessage response, in SipFlow flow)
    {
        if (_session is { } session && session.Dialog.Matches(response.CallId, response.ToTag))
            session.OnAnswerRepeated();
        else if (FindExtra(response) is { } known)
            known.SendAgain();
        else if (IsPending)
            Keep(response, flow);
        else
            HangUpExtra(response, flow);
    }

    private void Keep(SipMessage response, in SipFlow flow)
    {
        Lane.Cancel(_ring);
        var dialog = EarlyDialog(response) ?? NewDialog(response);
        dialog.Confirm(response);
        var asked = MakesOffer(dialog, response);
        dialog.Offers = OffersAfter(dialog.Offers, response);
        var session = new InviteSession(_ua, dialog, _handler, flow, _options.Flow, _exchange.Chosen);
        _session = session;
        var branch = FindBranch(dialog);
        session.Inherit(branch?.Waiting);
        ForgetEarly(except: dialog);
        session.LearnAbilities(response);
        session.BeginTimer(response, _exchange.Draft, _options.SessionTimer, branch?.Timer?.Minimum ?? 0);
        session.ExpectAcknowledge(AcknowledgementOf(response, dialog, flow), asked);
        CallLedger.Became(_ua, this, session);
        session.OnAnswered(this, response);
    }

    private void HangUpExtra(SipMessage response, in SipFlow flow)
    {
        // A peer that invents a tag for each of a flood of answers gets no more dialogs and BYEs out of us than one that forks honestly.
        if (_extra is { } known && known.Count >= _ua.Profile.MaxForks)
            return;
        var dialog = MakeDialog(response);
        dialog.Confirm(response);
        var asked = MakesOffer(dialog, response);
        dialog.Offers = OffersAfter(dialog.Offers, response);
        var ack = AcknowledgementOf(response, dialog, flow);
        (_extra ??= []).Add(ack);
        if (_session is not null && !_session.IsEnded && TryKeepExtra(dialog, ack, asked, response, flow))
            return;
        ack.Send(default, []);
        _ua.Counts.ExtraForksEnded++;
        var bye = RequestDraft.Within(dialog, SipMethod.Bye);
        RequestExchange.Start(_ua, bye, _exchange.Chosen, dialog, FlowOf(dialog, flow), static (_, _, _) => { });
    }

    private Acknowledgement AcknowledgementOf(SipMessage response, Dialog dialog, in SipFlow flow)
    {
        response.TryGetCSeq(out var cseq);
        return new Acknowledgement(_ua, dialog, cseq.Number, _exchange.Credentials, FlowOf(dialog, flow));
    }

    private SipFlow? FlowOf(Dialog dialog, in SipFlow flow) =>
        _options.Flow is { Channel.IsOpen: true } pinned ? pinned : FlowChoice.For(_ua.Profile.FlowRouting, dialog, flow);

    private Acknowledgement? FindExtra(SipMessage response)
    {
        foreach (var extra in _extra ?? [])
        {
            if (extra.Dialog.Matches(response.CallId, response.ToTag))
                return extra;
        }

        return null;
    }

    // One per To tag (RFC 3261 §13.2.2.1); null without one, or past the limit of forks.
    private Dialog? EarlyDialog(SipMessage response)
    {
        if (response.ToTag.IsEmpty)
            return null;
        foreach (var known in _early)
        {
            if (known.Matches(response.CallId, response.ToTag))
                return known;
        }

        return _early.Count >= _ua.Profile.MaxForks ? null : NewDialog(response);
    }

    private Dialog NewDialog(SipMessage response)
    {
        var dialog = MakeDialog(response);
        dialog.User = this;
        _early.Add(dialog);
        _ua.Dialogs.Add(dialog);
        return dialog;
    }

    private Dialog MakeDialog(SipMessage response)
    {
        var draft = _exchange.Draft;
        var dialog = Dialog.OfCaller(response, _localTag, IsSecure, draft.RequestUri, draft.Contact!.UserBytes);
        dialog.Offers = SessionDescriptions.IsIn(draft.Body) ? default(OfferAnswer).Sent() : default;
        return dialog;
    }

    private static bool MakesOffer(Dialog dialog, SipMessage response) =>
        dialog.Offers is { IsSettled: true, HasAgreed: false } && SessionDescriptions.IsIn(response);

    // What was agreed on before the 2xx, the 2xx only repeats (RFC 6337 §2.1).
    private static OfferAnswer OffersAfter(OfferAnswer offers, SipMessage response)
    {
        if (offers.HasAgreed)
            return offers;
        return SessionDescriptions.IsIn(response) ? offers.Received() : offers.Withdrawn();
    }

    private bool TryNextContact(SipMessage response)
    {
        if (response.StatusCode is >= 300 and < 400 && _options.MaxRedirects > 0)
            _redirects.Add(response, _exchange.Draft.RequestUri, _options.MaxRedirects);
        // RFC 3261 §8.1.3.4: a 6xx says that nobody else needs to be asked.
        if (response.StatusCode >= 600 || !_redirects.TryNext(out var next))
            return false;
        SendTo(next);
        return true;
    }

    // RFC 4028 §7.3: the interval we asked for is too short for somebody on the way. Each answer must ask for more than the last, or it would go on for ever.
    private bool TryLongerInterval(SipMessage response)
    {
        var offer = _exchange.Draft.Timer;
        var minimum = SessionExpires.MinimumOf(response);
        if (response.StatusCode != 422 || !_ua.Profile.Timers || minimum <= offer.Minimum || ++_intervals > MaxIntervals)
            return false;
        var seconds = Math.Max(offer.Expires.Seconds, minimum);
        _exchange.Draft = _exchange.Draft with { Timer = new TimerOffer(offer.Expires with { Seconds = seconds }, minimum) };
        return true;
    }

    private void SendTo(SipUri contact)
    {
        ForgetEarly(except: null);
        _exchange.SendElsewhere(_options.KeepUriOnRedirect ? _exchange.Draft.SentTo(contact) : _exchange.Draft.Redirected(contact));
    }

    private static CallEnd Refusal(SipMessage response)
    {
        var kind = response.StatusCode < 400 ? CallEndKind.Redirected : CallEndKind.Rejected;
        return new CallEnd(kind, CallEndParty.Remote, response.StatusCode, PhraseText.Of(response)) { Cause = SipReason.Of(response) };
    }
}
