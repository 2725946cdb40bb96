namespace Parley.Sip.Dialogs;

/// <summary>Whose offer waits for its answer in a dialog (RFC 3264 §4; RFC 6337 §2).</summary>
internal enum OfferAnswerState : byte
{
    /// <summary>None does: either side may make one.</summary>
    Settled,

    /// <summary>Ours.</summary>
    LocalOffer,

    /// <summary>The peer's.</summary>
    RemoteOffer,
}

/// <summary>
/// Where a dialog stands between offer and answer. Of bodies only this is known: a session description that goes one way while nothing waits is an offer, and
/// the next one the other way is its answer.
/// </summary>
/// <param name="State">Whose offer waits.</param>
/// <param name="HasAgreed">True once any offer has been answered.</param>
internal readonly record struct OfferAnswer(OfferAnswerState State, bool HasAgreed)
{
    public bool IsSettled => State == OfferAnswerState.Settled;

    /// <summary>A description of ours went out. A second one before the answer changes nothing: it repeats the first.</summary>
    public OfferAnswer Sent() => State switch
    {
        OfferAnswerState.Settled => this with { State = OfferAnswerState.LocalOffer },
        OfferAnswerState.RemoteOffer => new(OfferAnswerState.Settled, true),
        _ => this,
    };

    /// <summary>A description of the peer came in.</summary>
    public OfferAnswer Received() => State switch
    {
        OfferAnswerState.Settled => this with { State = OfferAnswerState.RemoteOffer },
        OfferAnswerState.LocalOffer => new(OfferAnswerState.Settled, true),
        _ => this,
    };

    /// <summary>What carried the offer was refused, or ended without an answer: as if there had been none (RFC 3261 §14.1, RFC 3311 §5.3).</summary>
    public OfferAnswer Withdrawn() => this with { State = OfferAnswerState.Settled };

    /// <summary>
    /// What a request of the peer that makes or asks for an offer gets now: 0 when it may go on; 491 while an offer of ours waits, 500 with Retry-After
    /// while one of the peer's does (RFC 3311 §5.2; the same for re-INVITE, RFC 6337 §2.3).
    /// </summary>
    public int Refusal => State switch
    {
        OfferAnswerState.LocalOffer => 491,
        OfferAnswerState.RemoteOffer => 500,
        _ => 0,
    };
}
