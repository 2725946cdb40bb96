using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>
/// Asks for credentials (RFC 3261 §22.3) and, once they are right, takes them out of what is forwarded. Belongs behind <see cref="RouteStep"/>, which forwards what is
/// within dialogs, and before whatever costs something.
/// </summary>
/// <param name="admission">Who checks.</param>
/// <param name="domains">
/// The domains whose addresses only their owners may put into From: another's is a 403. Null does not look at From.
/// </param>
public sealed class AdmissionStep(IAdmission admission, ServedDomains? domains) : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var check = admission.CheckAsync(request.Message, request.Flow, AdmissionRole.Proxy);
        return check.IsCompletedSuccessfully ? new(Judge(request, check.Result)) : AwaitAsync(request, check);
    }

    private async ValueTask<ProxyVerdict> AwaitAsync(ProxyRequest request, ValueTask<AdmissionVerdict> check)
    {
        // Back on the lane before the request is touched: it may have been given up meanwhile.
        var verdict = await check.ConfigureAwait(false);
        return await request.OnLaneAsync(() => Judge(request, verdict)).ConfigureAwait(false);
    }

    private ProxyVerdict Judge(ProxyRequest request, in AdmissionVerdict verdict)
    {
        if (!verdict.IsAllowed)
            return ProxyVerdict.Refuse(verdict.Status, headers: verdict.Headers);
        if (verdict.Account is { } account)
        {
            if (domains is not null && !IsOwn(request.Message, account, domains))
                return ProxyVerdict.Refuse(403, "From is somebody else's address");
            request.RemoveHeader(HeaderId.ProxyAuthorization);
        }

        request.Admit(verdict.Account);
        return ProxyVerdict.Next;
    }

    // Of other domains nobody here can say whose an address is; of ours, an account is its name's.
    private static bool IsOwn(SipMessage message, Account account, ServedDomains domains) =>
        !message.TryGetFrom(out var from) || !from.TryGetUri(out var uri) || !domains.TryResolve(uri, out var address)
        || address == AddressOfRecord.Create(account.Name, account.Realm);
}
