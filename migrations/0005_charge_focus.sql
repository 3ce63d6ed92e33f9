-- A charge with its FOCUS columns joined back on, for people with psql and for exports. Only what is active and visible.
create view charge_focus as
select c.batch_id, c.billing_month, c.charge_day, c.charge_end, c.source_rows,
       a.provider, a.kind, a.service_provider_name, a.host_provider_name, a.publisher_name, a.invoice_issuer_name, a.invoice_id,
       a.billing_account_id, a.billing_account_name, a.sub_account_id, a.sub_account_name, a.billing_currency,
       a.charge_category, a.charge_class, a.charge_description, a.charge_frequency,
       a.service_category, a.service_subcategory, a.service_name, a.region_id, a.region_name, a.availability_zone,
       a.pricing_category, a.pricing_unit, a.consumed_unit, a.sku_id, a.sku_price_id, a.sku_meter,
       a.commitment_discount_id, a.commitment_discount_type, a.commitment_discount_status,
       a.x_usage_type, a.x_operation, a.x_service_code, a.x_sku_meter_name,
       r.resource_id, r.resource_name, r.resource_type, t.tags,
       c.billed_cost, c.effective_cost, c.list_cost, c.contracted_cost, c.consumed_quantity, c.pricing_quantity
from charge c
join active_batch b on b.batch_id = c.batch_id and b.visible
join attribute_set a on a.id = c.attribute_set_id
left join billed_resource r on r.id = c.resource_ref
left join tag_set t on t.id = c.tag_set_id;
