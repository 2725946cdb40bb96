using System.Collections.Concurrent;
using System.Globalization;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>
/// Who watches a state (RFC 3857, documents of RFC 3858): the package <c>presence.winfo</c>, and the same for any other package. Only the one who is watched may
/// subscribe. Documents are partial, except for the first after each SUBSCRIBE.
/// </summary>
/// <param name="package">The name of the package whose subscribers are shown, in the same service.</param>
public sealed class WatcherInfoPackage(string package) : EventPackage(package + ".winfo", "application/watcherinfo+xml")
{
    private const string Namespace = "urn:ietf:params:xml:ns:watcherinfo";

    private readonly ConcurrentDictionary<AddressOfRecord, ChangeLog<Entry>> _lists = [];

    /// <inheritdoc/>
    public override bool IsPrivate => true;

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var changes = ListOf(request.Resource).Since(request.Since);
        var (version, resource) = (request.Version, request.Resource);
        var body = XmlDocuments.Write(xml =>
        {
            xml.WriteStartElement("watcherinfo", Namespace);
            xml.WriteAttributeString("version", version.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("state", changes.IsFull ? "full" : "partial");
            xml.WriteStartElement("watcher-list", Namespace);
            xml.WriteAttributeString("resource", resource.ToUri().ToString());
            xml.WriteAttributeString("package", package);
            foreach (var entry in changes.Items)
                Write(xml, entry);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
        return new EventDocument(new SipBody(ContentType, body), changes.Sequence);
    }

    /// <summary>Lists kept now: of those who are watched, or watch who watches them.</summary>
    internal int Lists => _lists.Count;

    /// <inheritdoc/>
    protected internal override void OnUnwatched(AddressOfRecord resource)
    {
        if (_lists.TryGetValue(resource, out var log) && log.IsEmpty)
            _lists.TryRemove(resource, out _);
    }

    internal void Report(Watcher watcher, WatcherStatus status, WatcherEvent why)
    {
        var id = "w" + watcher.Number.ToString("x", CultureInfo.InvariantCulture);
        var entry = new Entry(id, watcher, status, why);
        var log = ListOf(watcher.Resource);
        if (status == WatcherStatus.Terminated)
            log.End(id, entry);
        else
            log.Set(id, entry);
        // Nobody watches them, and there is nobody left to watch.
        if (log.IsEmpty && !IsWatched(watcher.Resource))
            _lists.TryRemove(watcher.Resource, out _);
        Changed(watcher.Resource);
    }

    private ChangeLog<Entry> ListOf(AddressOfRecord resource) => _lists.GetOrAdd(resource, static _ => new ChangeLog<Entry>());

    private static void Write(System.Xml.XmlWriter xml, Entry entry)
    {
        xml.WriteStartElement("watcher", Namespace);
        xml.WriteAttributeString("id", entry.Id);
        xml.WriteAttributeString("status", Lower(entry.Status));
        xml.WriteAttributeString("event", Lower(entry.Event));
        xml.WriteAttributeString("duration-subscribed", ((long)entry.Watcher.Duration.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        xml.WriteString(entry.Watcher.Identity.HasValue ? entry.Watcher.Identity.ToUri().ToString() : "sip:anonymous@anonymous.invalid");
        xml.WriteEndElement();
    }

    private static string Lower(Enum value) => value.ToString().ToLowerInvariant();

    private sealed record Entry(string Id, Watcher Watcher, WatcherStatus Status, WatcherEvent Event);
}

/// <summary>State of a subscription as its subject sees it (RFC 3857 §4.7.1).</summary>
internal enum WatcherStatus : byte
{
    Pending,
    Active,
    Terminated,
}

/// <summary>What brought a subscription into its state (RFC 3858 §3).</summary>
internal enum WatcherEvent : byte
{
    Subscribe,
    Approved,
    Deactivated,
    Rejected,
    Timeout,
}
