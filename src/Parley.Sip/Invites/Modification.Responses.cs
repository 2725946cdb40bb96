using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What comes back, and what it means for the call (RFC 3261 §14.1, RFC 3311 §5.3).
public sealed partial class Modification : IExchangeUser
{
    // How often a request that collided is tried again: two sides that both follow the RFC part at the first.
    private const int MaxCollisions = 4;

    // RFC 3311 §5.2: the longest Retry-After of a 500 that says "your last UPDATE is not answered yet".
    private const int LongestRetryAfter = 10;

    bool IExchangeUser.WantsRetry => !_cancelled && !Session.IsEnded;

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
        if (!IsPending || response.StatusCode == 100)
            return;
        if (IsReliable(response) && !TryAcknowledge(response))
            return;
        _queue.WaitForAnswer(_options.Timeout);
        try
        {
            _options.OnProgress?.Invoke(response);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            Session.Ua.OnHandlerFault(e);
        }
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        if (response.StatusCode < 300)
            OnSuccess(response, flow);
        else if (!Session.IsEnded && !_cancelled && WaitBeforeRetry(response) is { } delay)
            Retry(delay);
        else
            OnRefused(response.StatusCode, PhraseText.Of(response), response);
    }

    void IExchangeUser.OnFailure(int status, string reason) => OnRefused(status, reason, null);

    // Timer M: no 2xx comes any more that an ACK would have to answer, but the first ACK may not have left yet.
    void IExchangeUser.OnTransactionEnded()
    {
        if (!AwaitsAcknowledge)
            _ack = null;
    }

    private bool IsReliable(SipMessage response) => Method == SipMethod.Invite && _hasOffer && Session.Ua.Profile.Reliable
        && response.Has(HeaderId.RSeq) && response.HasToken(HeaderId.Require, "100rel"u8);

    // RFC 3262 §4: in their order, each once; one that has been seen is a repetition. A description in one answers our offer.
    private bool TryAcknowledge(SipMessage response)
    {
        if (!SipSyntax.TryReadNumber(response.Value(HeaderId.RSeq), uint.MaxValue, out var number) || number == 0 || (_lastReliable != 0 && number != _lastReliable + 1))
            return false;
        _lastReliable = (uint)number;
        var dialog = Session.Dialog;
        if (_early is null && SessionDescriptions.IsIn(response))
        {
            _early = response.ToOwned();
            dialog.Offers = dialog.Offers.Received();
        }

        response.TryGetCSeq(out var cseq);
        var rack = new SipHeader("RAck", string.Create(CultureInfo.InvariantCulture, $"{number} {cseq.Number} INVITE"));
        RequestExchange.Start(Session.Ua, RequestDraft.Within(dialog, SipMethod.Prack, default, [rack]), Session.Credentials, dialog, Session.FlowForRequests(), static (_, _, _) => { });
        return true;
    }

    private void OnSuccess(SipMessage response, in SipFlow flow)
    {
        if (_ack is { } sent)
        {
            if (!AwaitsAcknowledge)
                sent.SendAgain();
            return;
        }

        if (Method == SipMethod.Update)
            OnUpdated(response);
        else
            OnReinvited(response, flow);
    }

    private void OnUpdated(SipMessage response)
    {
        if (Session.IsEnded)
            return;
        Accept(response);
        Tell(response.StatusCode, PhraseText.Of(response), response, null);
        Over();
    }

    private void OnReinvited(SipMessage response, in SipFlow flow)
    {
        response.TryGetCSeq(out var cseq);
        _ack = new Acknowledgement(Session.Ua, Session.Dialog, cseq.Number, _exchange!.Credentials, Session.FlowForRequests());
        if (Session.IsEnded)
        {
            // RFC 5407 §3.2.3: the call is over here, but the peer still owes itself an ACK.
            _ack.Send(default, []);
            return;
        }

        Accept(response);
        _answersOffer = !_hasOffer && SessionDescriptions.IsIn(response);
        AwaitsAcknowledge = true;
        if (_answersOffer || _options.HoldAcknowledge)
        {
            _queue.WaitForAcknowledge();
            Tell(response.StatusCode, PhraseText.Of(response), response, new PendingAcknowledge(this));
            return;
        }

        Tell(response.StatusCode, PhraseText.Of(response), response, null);
        Acknowledge(default, []);
    }

    private void Accept(SipMessage response)
    {
        Session.Dialog.RefreshTarget(response);
        Session.LearnAbilities(response);
        var dialog = Session.Dialog;
        // What a reliable response has answered before, the 2xx only repeats.
        if (_early is null && SessionDescriptions.IsIn(response))
            dialog.Offers = _hasOffer || Method == SipMethod.Invite ? dialog.Offers.Received() : dialog.Offers;
        else if (_early is null && _hasOffer)
            dialog.Offers = dialog.Offers.Withdrawn();
        Session.OnRefreshedByUs(response, _exchange!.Draft.Timer.Expires, _body);
    }

    private void OnRefused(int status, string reason, SipMessage? response)
    {
        if (_hasOffer)
            Session.Dialog.Offers = Session.Dialog.Offers.Withdrawn();
        Tell(status, reason, response, null);
        IsRunning = false;
        Session.OnChangeRefused(status, reason, response);
        _queue.OnOver(this);
    }

    private void Retry(int delay)
    {
        if (_hasOffer)
            Session.Dialog.Offers = Session.Dialog.Offers.Withdrawn();
        IsRunning = false;
        _queue.TryAgainAfter(delay);
    }

    // Milliseconds, or null when sending it again has no chance.
    private int? WaitBeforeRetry(SipMessage response)
    {
        if (_collisions >= MaxCollisions)
            return null;
        switch (response.StatusCode)
        {
            case 422 when Session.TryRaiseInterval(response):
                _collisions++;
                return 0;
            case 491:
                _collisions++;
                return GlareBackOff.Milliseconds(Session.Dialog.IsCaller, Random.Shared);
            case 500 when TryGetRetryAfter(response, out var seconds) && seconds <= LongestRetryAfter:
                _collisions++;
                return seconds * 1000;
            default:
                return null;
        }
    }

    // RFC 3261 §20.33: seconds, then perhaps a comment and parameters.
    private static bool TryGetRetryAfter(SipMessage response, out int seconds)
    {
        var value = response.Value(HeaderId.RetryAfter);
        var digits = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return int.TryParse(digits < 0 ? value : value[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
    }
}
