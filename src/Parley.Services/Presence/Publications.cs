using System.Globalization;
using System.Security.Cryptography;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Services.Presence;

/// <summary>What is published for one package, until it expires (RFC 3903 §6): an event state compositor. May be used from any thread.</summary>
internal sealed class Publications(string contentType, Action<AddressOfRecord, IReadOnlyList<PidfDocument>> changed) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressOfRecord, List<Publication>> _byResource = [];
    private readonly PriorityQueue<Publication, long> _byExpiry = new();
    private EventLimits _limits = new();
    private TimeProvider _time = TimeProvider.System;
    private ITimer? _timer;
    private int _count;

    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    public void Start(EventServiceOptions options)
    {
        _limits = options.Limits;
        _time = options.Time;
        _timer = _time.CreateTimer(static state => ((Publications)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Answers a PUBLISH of somebody who may publish for the resource.</summary>
    public void Handle(IncomingRequest request, AddressOfRecord resource)
    {
        var publish = request.Message;
        var tags = 0;
        foreach (var _ in publish.Values(HeaderId.SipIfMatch))
            tags++;
        var tag = publish.GetString(HeaderId.SipIfMatch);
        var lifetime = publish.TryGetExpires(out var seconds) ? TimeSpan.FromSeconds(seconds) : _limits.MaxLifetime;
        if (tags > 1)
            request.Respond(400, "One SIP-If-Match at most");
        else if (lifetime > TimeSpan.Zero && lifetime < _limits.MinLifetime)
            request.Respond(423, headers: [new SipHeader("Min-Expires", Seconds(_limits.MinLifetime))]);
        else if (publish.Body.IsEmpty)
            Renew(request, resource, tag, lifetime);
        else if (!IsOurs(publish))
            request.Respond(415, headers: [new SipHeader("Accept", contentType)]);
        else if (publish.Body.Length > _limits.MaxDocument)
            request.Respond(413);
        else if (!PidfDocument.TryRead(publish.Body, _limits, out var document, out var problem))
            request.Respond(400, problem);
        else
            Take(request, resource, tag, lifetime, document);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
        {
            _byResource.Clear();
            _byExpiry.Clear();
            _count = 0;
        }
    }

    // Without a body: a refresh, or the end (RFC 3903 §4.1).
    private void Renew(IncomingRequest request, AddressOfRecord resource, string? tag, TimeSpan lifetime)
    {
        if (tag is null)
            request.Respond(400, "What is published first needs a body");
        else
            Change(request, resource, tag, lifetime, document: null);
    }

    private void Take(IncomingRequest request, AddressOfRecord resource, string? tag, TimeSpan lifetime, PidfDocument document)
    {
        if (tag is not null)
            Change(request, resource, tag, lifetime, document);
        else
            Add(request, resource, lifetime, document);
    }

    private void Add(IncomingRequest request, AddressOfRecord resource, TimeSpan lifetime, PidfDocument document)
    {
        var publication = new Publication(resource, document);
        var granted = Grant(lifetime);
        if (granted == TimeSpan.Zero)
        {
            Respond(request, publication.Tag, granted); // over before it began
            return;
        }

        lock (_gate)
        {
            if (!_byResource.TryGetValue(resource, out var all))
                _byResource[resource] = all = [];
            if (all.Count >= _limits.MaxPublications || _count >= _limits.MaxPublicationsInAll)
            {
                request.Respond(503, headers: [new SipHeader("Retry-After", Seconds(_limits.MinLifetime))]);
                return;
            }

            _count++;
            all.Insert(0, publication);
            Plan(publication, granted);
            changed(resource, Documents(all));
        }

        Respond(request, publication.Tag, granted);
    }

    private void Change(IncomingRequest request, AddressOfRecord resource, string tag, TimeSpan lifetime, PidfDocument? document)
    {
        var granted = Grant(lifetime);
        string? newTag = null;
        lock (_gate)
        {
            if (_byResource.TryGetValue(resource, out var all) && all.Find(known => known.Tag == tag) is { } publication)
            {
                newTag = publication.Retag();
                if (granted == TimeSpan.Zero)
                    Remove(publication, all);
                else
                    Update(publication, all, granted, document);
            }
        }

        if (newTag is null)
            request.Respond(412); // RFC 3903 §6 step 3
        else
            Respond(request, newTag, granted);
    }

    private void Update(Publication publication, List<Publication> all, TimeSpan granted, PidfDocument? document)
    {
        Plan(publication, granted);
        if (document is null)
            return;
        publication.Document = document;
        all.Remove(publication);
        all.Insert(0, publication);
        changed(publication.Resource, Documents(all));
    }

    private void Remove(Publication publication, List<Publication> all)
    {
        publication.IsOver = true;
        all.Remove(publication);
        _count--;
        if (all.Count == 0)
            _byResource.Remove(publication.Resource);
        changed(publication.Resource, Documents(all));
    }

    // Each is queued once: one that was refreshed is queued again when its old time has come.
    private void Plan(Publication publication, TimeSpan granted)
    {
        publication.Expires = Now + (long)granted.TotalMilliseconds;
        if (!publication.IsQueued)
        {
            publication.IsQueued = true;
            _byExpiry.Enqueue(publication, publication.Expires);
        }

        Schedule();
    }

    private void Schedule()
    {
        if (_byExpiry.TryPeek(out _, out var due))
            _timer?.Change(TimeSpan.FromMilliseconds(Math.Max(1, due - Now)), Timeout.InfiniteTimeSpan);
    }

    private void Expire()
    {
        lock (_gate)
        {
            while (_byExpiry.TryPeek(out var publication, out var due) && due <= Now)
            {
                _byExpiry.Dequeue();
                publication.IsQueued = false;
                if (publication.IsOver || !_byResource.TryGetValue(publication.Resource, out var all))
                    continue;
                if (publication.Expires <= Now)
                {
                    Remove(publication, all);
                    continue;
                }

                publication.IsQueued = true;
                _byExpiry.Enqueue(publication, publication.Expires);
            }

            Schedule();
        }
    }

    private long Now => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    private TimeSpan Grant(TimeSpan asked) => asked < _limits.MaxLifetime ? asked : _limits.MaxLifetime;

    private bool IsOurs(SipMessage publish)
    {
        var type = publish.GetString(HeaderId.ContentType) ?? "";
        return type.Split(';')[0].Trim().Equals(contentType, StringComparison.OrdinalIgnoreCase);
    }

    private static List<PidfDocument> Documents(List<Publication> all) => [.. all.Select(publication => publication.Document)];

    private static void Respond(IncomingRequest request, string tag, TimeSpan granted) =>
        request.Respond(200, headers: [new SipHeader("SIP-ETag", tag), new SipHeader("Expires", Seconds(granted))]);

    private static string Seconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private sealed class Publication(AddressOfRecord resource, PidfDocument document)
    {
        public AddressOfRecord Resource { get; } = resource;

        public PidfDocument Document { get; set; } = document;

        public string Tag { get; private set; } = NewTag();

        public long Expires { get; set; }

        public bool IsQueued { get; set; }

        public bool IsOver { get; set; }

        /// <summary>Every successful PUBLISH gives it a new one (RFC 3903 §6 step 6).</summary>
        public string Retag() => Tag = NewTag();

        private static string NewTag() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    }
}
