using System.Collections.Concurrent;
using System.Globalization;
using System.Xml;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Services.Presence;

/// <summary>How much of a call others see than the one it is about.</summary>
public enum DialogDetail : byte
{
    /// <summary>That there is one, and its state (RFC 4235 §3.7.2): enough for a busy lamp.</summary>
    State,

    /// <summary>Everything, so that a ringing call can be picked up by who watches it.</summary>
    Everything,
}

/// <summary>How much of a call somebody sees.</summary>
/// <param name="whose">Whose call.</param>
/// <param name="watcher">Who watches; no value for somebody unknown.</param>
public delegate DialogDetail DialogDetailPolicy(AddressOfRecord whose, AddressOfRecord watcher);

/// <summary>
/// Calls in progress (RFC 4235): the package <c>dialog</c>, for busy lamps. <see cref="Report"/> feeds it. Documents are partial, except for the first after each
/// SUBSCRIBE.
/// </summary>
/// <param name="detail">What others see than the one it is about. Default the state only.</param>
/// <param name="time">The clock durations are counted by. Default the system's.</param>
public sealed class DialogPackage(DialogDetail detail = DialogDetail.State, TimeProvider? time = null) : EventPackage("dialog", "application/dialog-info+xml")
{
    private const string Namespace = "urn:ietf:params:xml:ns:dialog-info";

    // Calls one user is shown with: far more than anybody has, and a document that still fits a datagram.
    private const int MaxShown = 64;

    private static readonly string[] s_events = ["", "cancelled", "rejected", "replaced", "local-bye", "remote-bye", "error", "timeout"];

    private readonly ConcurrentDictionary<AddressOfRecord, ChangeLog<DialogInfo>> _calls = [];
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>What a watcher sees of somebody's calls, as far as that is not the same for all of them. Called on any thread. Default: for all the same.</summary>
    public DialogDetailPolicy? DetailFor { get; init; }

    /// <summary>
    /// A call of somebody has begun, or is in another state than before. One that is terminated is told once more and then forgotten; each call has to come to
    /// that.
    /// </summary>
    /// <param name="resource">Whose.</param>
    /// <param name="call">The call as it is now.</param>
    public void Report(AddressOfRecord resource, DialogInfo call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!resource.HasValue)
            throw new ArgumentException("Nobody has no calls.", nameof(resource));
        var log = CallsOf(resource);
        if (call.State == DialogInfoState.Terminated)
            log.End(call.Id, call);
        else if (log.Has(call.Id) || log.Count < MaxShown)
            log.Set(call.Id, call);
        if (log.IsEmpty && !IsWatched(resource))
            _calls.TryRemove(resource, out _);
        Changed(resource);
    }

    // RFC 4235 §3.10.
    /// <inheritdoc/>
    public override TimeSpan Spacing => TimeSpan.FromSeconds(1);

    /// <summary>Users kept now: with calls, or watched.</summary>
    internal int Users => _calls.Count;

    /// <inheritdoc/>
    protected internal override void OnUnwatched(AddressOfRecord resource)
    {
        if (_calls.TryGetValue(resource, out var log) && log.IsEmpty)
            _calls.TryRemove(resource, out _);
    }

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var changes = request.IsPolite ? new([], true, 0) : CallsOf(request.Resource).Since(request.Since);
        var (version, resource, everything) = (request.Version, request.Resource, request.IsOwner || (DetailFor?.Invoke(request.Resource, request.Watcher) ?? detail) == DialogDetail.Everything);
        var body = XmlDocuments.Write(xml =>
        {
            xml.WriteStartElement("dialog-info", Namespace);
            xml.WriteAttributeString("version", version.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("state", changes.IsFull ? "full" : "partial");
            xml.WriteAttributeString("entity", resource.ToUri().ToString());
            foreach (var call in changes.Items)
                Write(xml, call, everything);
            xml.WriteEndElement();
        });
        return new EventDocument(new SipBody(ContentType, body), changes.Sequence);
    }

    private ChangeLog<DialogInfo> CallsOf(AddressOfRecord resource) => _calls.GetOrAdd(resource, static _ => new ChangeLog<DialogInfo>());

    private void Write(XmlWriter xml, DialogInfo call, bool everything)
    {
        xml.WriteStartElement("dialog", Namespace);
        xml.WriteAttributeString("id", XmlDocuments.Clean(call.Id));
        if (everything)
            WriteIdentifiers(xml, call);
        xml.WriteStartElement("state", Namespace);
        if (call.Event != DialogInfoEvent.None)
            xml.WriteAttributeString("event", s_events[(int)call.Event]);
        xml.WriteString(call.State.ToString().ToLowerInvariant());
        xml.WriteEndElement();
        if (everything && call.Answered is { } answered)
            xml.WriteElementString("duration", Namespace, Math.Max(0, (long)(_time.GetUtcNow() - answered).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (everything)
        {
            WriteParty(xml, "local", call.Local, null);
            WriteParty(xml, "remote", call.Remote, call.RemoteTarget);
        }

        xml.WriteEndElement();
    }

    private static void WriteIdentifiers(XmlWriter xml, DialogInfo call)
    {
        WriteAttribute(xml, "call-id", call.CallId);
        WriteAttribute(xml, "local-tag", call.LocalTag);
        WriteAttribute(xml, "remote-tag", call.RemoteTag);
        if (call.IsInitiator is { } initiator)
            xml.WriteAttributeString("direction", initiator ? "initiator" : "recipient");
    }

    private static void WriteParty(XmlWriter xml, string name, SipAddress? identity, SipUri? target)
    {
        if (identity is null && target is null)
            return;
        xml.WriteStartElement(name, Namespace);
        if (identity is not null)
        {
            xml.WriteStartElement("identity", Namespace);
            WriteAttribute(xml, "display", identity.DisplayName);
            xml.WriteString(identity.Uri.ToString());
            xml.WriteEndElement();
        }

        if (target is not null)
        {
            xml.WriteStartElement("target", Namespace);
            xml.WriteAttributeString("uri", target.ToString());
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteAttribute(XmlWriter xml, string name, string? value)
    {
        if (value is not null)
            xml.WriteAttributeString(name, XmlDocuments.Clean(value));
    }
}
