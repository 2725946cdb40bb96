namespace Parley.Dialogs;

/// <summary>Values of Reason headers (RFC 3326) this layer sends of its own.</summary>
internal static class SipReasons
{
    public const string Elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";
    public const string NoOffer = "SIP;cause=488;text=\"The answer carries no offer\"";
    public const string Transferred = "SIP;cause=200;text=\"Transferred\"";
}
