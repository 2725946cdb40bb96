using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Admission;

/// <summary>Decides who may have what costs something. May be used from any thread.</summary>
public interface IAdmission
{
    /// <summary>
    /// Checks the credentials of a request (RFC 3261 §22). Completes at once unless an account has to be fetched from its store; the message must be held until then.
    /// Failures are counted against the source and logged. ACK and CANCEL cannot be challenged and are never to be checked (§22.1).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="flow">What it came over.</param>
    /// <param name="role">How to ask for credentials.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default);
}

/// <summary>As what the server asks for credentials.</summary>
public enum AdmissionRole : byte
{
    /// <summary>For what it does itself: registrar, presence, messages it keeps, calls it answers. 401 and WWW-Authenticate (RFC 3261 §22.2).</summary>
    UserAgent,

    /// <summary>For what it passes on. 407 and Proxy-Authenticate (RFC 3261 §22.3).</summary>
    Proxy,
}
