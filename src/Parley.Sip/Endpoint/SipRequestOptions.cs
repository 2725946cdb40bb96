using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Endpoint;

/// <summary>A request outside any call: OPTIONS, MESSAGE, PUBLISH, ….</summary>
public sealed record SipRequestOptions : OutsideRequestOptions
{
    /// <summary>Its method; not INVITE, ACK, CANCEL or BYE. Default OPTIONS.</summary>
    public SipMethod Method { get; init; } = SipMethod.Options;

    /// <summary>Body. Default none.</summary>
    public SipBody Body { get; init; }
}
