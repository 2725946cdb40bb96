using System.Collections.Concurrent;
using System.Text;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Testing.Local;

/// <summary>Asks those for a password who were given one, and nobody else.</summary>
internal sealed class LocalAdmission : IAdmission
{
    private readonly ConcurrentDictionary<string, byte> _protected = new(StringComparer.Ordinal);
    private readonly AdmissionService _admission;

    // MD5 is what every phone knows; some of those that know no more give up when they are offered another one besides.
    public LocalAdmission(IAccountStore accounts, ServedDomains domains, TimeProvider time) =>
        _admission = new AdmissionService(new AccountDirectory(accounts, time), domains, options: new AdmissionOptions { Algorithms = [DigestAlgorithm.Md5] }, time: time);

    public void Protect(string user) => _protected[user] = 0;

    public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.TryGetFrom(out var from) && from.TryGetUri(out var uri) && _protected.ContainsKey(Encoding.UTF8.GetString(uri.User))
            ? _admission.CheckAsync(request, flow, role, cancel)
            : new(default(AdmissionVerdict));
    }
}
