using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>
/// Registrations (RFC 3680): the package <c>reg</c>, by which a device learns that its binding is gone. Only the one who is registered may subscribe. Documents
/// are complete, with the contacts that have gone since the last.
/// </summary>
public sealed class RegistrationPackage : EventPackage, ILocationWatcher, IDisposable
{
    private const string Namespace = "urn:ietf:params:xml:ns:reginfo";

    private readonly ConcurrentDictionary<AddressOfRecord, ChangeLog<Contact>> _seen = [];
    private readonly ILocationService _locations;
    private readonly TimeProvider _time;
    private readonly IDisposable _watching;

    /// <summary>A package over a location service.</summary>
    /// <param name="locations">Where everybody is.</param>
    /// <param name="time">The clock lifetimes are counted by. Default the system's.</param>
    public RegistrationPackage(ILocationService locations, TimeProvider? time = null)
        : base("reg", "application/reginfo+xml")
    {
        ArgumentNullException.ThrowIfNull(locations);
        _locations = locations;
        _time = time ?? TimeProvider.System;
        _watching = locations.Watch(this);
    }

    // RFC 3680 §4.4.
    /// <inheritdoc/>
    public override TimeSpan Lifetime => TimeSpan.FromSeconds(3761);

    // RFC 3680 §4.10.
    /// <inheritdoc/>
    public override TimeSpan Spacing => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override bool IsPrivate => true;

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var found = _locations.FindAsync(request.Resource);
        var bindings = found.IsCompletedSuccessfully ? found.Result : [];
        var changes = SeenOf(request.Resource).Since(request.Since);
        var events = changes.Items.ToLookup(contact => contact.Binding.Id);
        var gone = changes.Items.Where(contact => contact.IsGone).ToList();
        var (version, resource) = (request.Version, request.Resource);
        var body = XmlDocuments.Write(xml =>
        {
            xml.WriteStartElement("reginfo", Namespace);
            xml.WriteAttributeString("version", version.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("state", "full");
            xml.WriteStartElement("registration", Namespace);
            xml.WriteAttributeString("aor", resource.ToUri().ToString());
            xml.WriteAttributeString("id", "r" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource.Text)).AsSpan(0, 8)));
            xml.WriteAttributeString("state", bindings.Count > 0 ? "active" : gone.Count > 0 ? "terminated" : "init");
            foreach (var binding in bindings)
                Write(xml, binding, isActive: true, events[binding.Id].LastOrDefault()?.Event ?? BindingEvent.Registered);
            foreach (var contact in gone)
                Write(xml, contact.Binding, isActive: false, contact.Event);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
        return new EventDocument(new SipBody(ContentType, body), changes.Sequence);
    }

    /// <inheritdoc/>
    protected internal override void OnUnwatched(AddressOfRecord resource) => _seen.TryRemove(resource, out _);

    /// <summary>Stops watching locations.</summary>
    public void Dispose() => _watching.Dispose();

    void ILocationWatcher.OnChanged(LocationChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!IsWatched(change.Address))
            return;
        var log = SeenOf(change.Address);
        foreach (var (what, binding) in change.Changes)
        {
            var contact = new Contact(binding, what);
            if (contact.IsGone)
                log.End(binding.Id, contact);
            else
                log.Set(binding.Id, contact);
        }

        Changed(change.Address);
    }

    private ChangeLog<Contact> SeenOf(AddressOfRecord resource) => _seen.GetOrAdd(resource, static _ => new ChangeLog<Contact>());

    private void Write(XmlWriter xml, Binding binding, bool isActive, BindingEvent why)
    {
        xml.WriteStartElement("contact", Namespace);
        xml.WriteAttributeString("id", XmlDocuments.Clean(binding.Id));
        xml.WriteAttributeString("state", isActive ? "active" : "terminated");
        xml.WriteAttributeString("event", why.ToString().ToLowerInvariant());
        if (isActive)
            xml.WriteAttributeString("expires", Math.Max(0, (long)(binding.Expires - _time.GetUtcNow()).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("q", binding.Q.ToString("0.###", CultureInfo.InvariantCulture));
        if (binding.CallId.Length > 0)
            xml.WriteAttributeString("callid", XmlDocuments.Clean(binding.CallId));
        xml.WriteAttributeString("cseq", binding.CSeq.ToString(CultureInfo.InvariantCulture));
        xml.WriteElementString("uri", Namespace, binding.Contact.ToString());
        if (binding.DisplayName is { } name)
            xml.WriteElementString("display-name", Namespace, XmlDocuments.Clean(name));
        foreach (var parameter in binding.Parameters)
        {
            xml.WriteStartElement("unknown-param", Namespace);
            xml.WriteAttributeString("name", XmlDocuments.Clean(parameter.Name));
            xml.WriteString(XmlDocuments.Clean(parameter.Value ?? ""));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private sealed record Contact(Binding Binding, BindingEvent Event)
    {
        public bool IsGone => Event is BindingEvent.Unregistered or BindingEvent.Expired or BindingEvent.Deactivated;
    }
}
