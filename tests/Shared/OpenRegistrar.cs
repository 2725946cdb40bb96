using Parley.Services.Admission;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.TestSupport;

/// <summary>Hands everything to a registrar; there are no calls.</summary>
internal sealed class RegistrarHandler(RegistrarService registrar) : ISipEndpointHandler
{
    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

    public void OnRequest(IncomingRequest request) => registrar.Handle(request);
}

/// <summary>Lets everybody in.</summary>
internal sealed class OpenDoor : IAdmission
{
    public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default) => default;
}
