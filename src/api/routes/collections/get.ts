import { services } from "../../context";
import { operation } from "../../operation";
import { requireCollection } from "./find";
import { renderCollection } from "./render";
import { COLLECTION_EXAMPLE, CollectionParams, CollectionResponse } from "./schemas";

export const getCollectionOperation = operation(
  {
    id: "get_collection",
    method: "get",
    path: "/v1/collections/{collection_identifier}",
    tag: "Collections",
    summary: "Get a collection",
    access: { scope: "read", namespaced: true },
    params: CollectionParams,
    answer: {
      description: "The collection with its live document count.",
      schema: CollectionResponse,
      example: COLLECTION_EXAMPLE,
    },
  },
  async (c, { params }) => {
    const { id, doc } = await requireCollection(c, params.collection_identifier);
    return renderCollection(doc, await services(c).collectionStore(id).count(null));
  },
);
